"""A clustering as files: labels with names and silhouettes, centroids, and how it was made."""

import io
import json
from collections.abc import Callable
from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard.clusters import controls, words
from dashboard.shared import bundles, links, widgets
from dashboard.shared.clustering.questions import ONE_CLUSTER, Clustered
from posecore.bundle import Bundle
from posecore.clustering.silhouette import NOISE

WORDS: Final = "Centroid"
"""Of glossary.TERMS, those that the tab uses."""

FORMATS = ("CSV", "Parquet")


def show(bundle: Bundle, found: Clustered, names: dict[int, str]) -> None:
    """The whole section."""
    kind = widgets.segments("Format", FORMATS, links.CLUSTERS_FILE, persist_state="page")
    # Asked for now: a file is made when it is fetched, and nobody's session is at hand then.
    own = controls.own_names(len(found.sizes))
    about = made(bundle, found, own, controls.note())
    with st.container(horizontal=True):
        _download("Labels and silhouettes", "cluster-labels", lambda: labels(bundle, found, own), kind)
        _download("Centroids", "cluster-centroids", lambda: centroids(found, own), kind)
        st.download_button(
            "How it was made",
            lambda: json.dumps(about, indent=2, ensure_ascii=False),
            "clusters.json",
            "application/json",
            key="_clu_made",
            icon=":material/download:",
            on_click="ignore",
        )
    st.caption(words.files(len(found.space.rows), found.space.name, controls.image_format()))
    st.dataframe(
        labels(bundle, found, own).head(8), hide_index=True, placeholder="not known", alt="The first labels"
    )


def labels(bundle: Bundle, found: Clustered, own: list[str]) -> pd.DataFrame:
    """A row per person: sample_id, cluster from 1 (0 for noise), its name, silhouette. own: (k,) names."""
    names = dict(enumerate(own)) | {NOISE: "noise"}
    table = pd.DataFrame(
        {
            "sample_id": bundle.samples["sample_id"].to_numpy(str)[found.space.rows],
            "cluster": found.numbers + 1,
            "name": [names[number] for number in found.numbers.tolist()],
            "silhouette": found.values,
        }
    )
    if found.own is not None:
        table["silhouette in the learned space"] = found.own
    return table


def centroids(found: Clustered, own: list[str]) -> pd.DataFrame:
    """A row per cluster: its number from 1, its name, how many people, and the centroid's numbers."""
    about = pd.DataFrame({"cluster": range(1, len(own) + 1), "name": own, "people": found.sizes})
    values = pd.DataFrame(found.centroids, columns=[f"x{index}" for index in range(found.centroids.shape[1])])
    return pd.concat([about, values], axis=1)


def made(bundle: Bundle, found: Clustered, own: list[str], note: str) -> dict[str, Any]:
    """Everything needed to make the clustering again, and what the user wrote."""
    question, subset = found.question, found.subset
    return {
        "bundle": bundle.path.name,
        "network": bundles.network_name(bundle),
        "data": bundle.manifest.dataset["name"],
        "fingerprint": bundle.manifest.dataset["fingerprint"],
        "people": subset.people,
        "of cluster": [subset.of, subset.of_k] if subset.people == ONE_CLUSTER else None,
        "clustered": len(found.space.rows),
        "space": found.space.name,
        "method": question.method,
        "k": question.k if question.has_k else None,
        "restarts": question.restarts,
        "seed": question.seed,
        "how": words.described(bundle, found).replace("**", ""),
        "mean silhouette": found.mean if found.mean == found.mean else None,
        "inertia": found.clustering.inertia,
        "names": {number + 1: name for number, name in enumerate(own)},
        "note": note,
    }


def _download(title: str, name: str, table: Callable[[], pd.DataFrame], kind: str) -> None:
    def data() -> bytes:
        file = io.BytesIO()
        if kind == "CSV":
            table().to_csv(file, index=False)
        else:
            table().to_parquet(file, index=False)
        return file.getvalue()

    mime = "text/csv" if kind == "CSV" else "application/vnd.apache.parquet"
    st.download_button(
        title,
        data,
        f"{name}.{kind.lower()}",
        mime,
        key=f"_{name}",
        icon=":material/download:",
        on_click="ignore",
    )
