"""What each cluster is: a sentence, what sets it apart, its joints and PCK; is it only size or place?"""

import hashlib
from typing import Final

import numpy as np
import pandas as pd
import streamlit as st
from scipy.stats import t as student

from dashboard.clusters import charts, controls, learned_words
from dashboard.clusters import meaning_words as words
from dashboard.shared import (
    bundles,
    cache,
    causal_words,
    claiming,
    figures,
    latents,
    links,
    studies,
    untrained,
    untrained_clusters,
    widgets,
)
from dashboard.shared.attribute_words import contrast_table, words_of
from dashboard.shared.causal_words import ClusterCauses
from dashboard.shared.clustering.questions import ALL, EVERYBODY, KMEANS, Clustered
from posecore.attributes.contrasts import LEAST
from posecore.attributes.contrasts import contrast as compare
from posecore.attributes.descriptions import FOUND
from posecore.attributes.skeletons import joints_known
from posecore.attributes.traits import PCK
from posecore.bundle import Bundle
from posecore.clustering import confounds
from posecore.clustering.confounds import Accuracy
from posecore.studies.causes.agreement import cluster_verdicts, disagreements, set_apart
from posecore.studies.causes.summary import STRONGER
from posecore.studies.control.apart import Apart
from posecore.studies.control.results import ControlStudy
from posecore.studies.control.summary import untrained_told

WORDS: Final = "Crop, PCK, 95 % interval, Standard deviation, Hedges' g, Torso length, Logistic regression"
"""Of glossary.TERMS, those that the tab uses."""

SHOWN: Final = 12
AXES: Final = {
    "quantity": "difference of means,<br>in standard deviations (Hedges' g)",
    "share": "difference of shares",
}


def show(bundle: Bundle, found: Clustered, names: dict[int, str]) -> None:
    """The whole section."""
    if len(found.sizes) < 2 and not found.clustering.noise:
        st.info(words.ONE_CLUSTER)
        return
    table = latents.known_of_people(bundle).loc[bundle.samples["sample_id"].to_numpy(str)[found.space.rows]]
    ids = table.index.to_numpy(str)
    joints = joints_known(bundle.samples)
    apart = {number: contrast(bundle, found, number) for number in names}
    st.markdown(
        "\n".join(
            f"* {names[number]}: {words.what_it_is(table, ids[found.members(number)], apart[number], joints)}"
            for number in names
        )
    )
    with st.popover("How the words are chosen", icon=":material/help:"):
        st.markdown(words.how_words_are_chosen(joints))
    if found.question.learned:
        beside, never = None, learned_words.NEVER
    else:
        beside = untrained_clusters.apart(bundle, len(found.sizes))
        never = untrained_clusters.absent(bundle, words.WHAT_THEY_ARE)
    if said := never if beside is None else untrained_clusters.called(beside):
        st.caption(said)
    _check(bundle, found)
    _effects(bundle, found, names, apart, beside)
    _joints(bundle, found, names, table, beside)
    figures.tabled("The clusters as a table", summary(found, names, table), "clusters-summary")


def summary(found: Clustered, names: dict[int, str], table: pd.DataFrame) -> pd.DataFrame:
    """A row per cluster: people, silhouette, PCK with interval, labelled joints, size."""
    rows = []
    for number, name in names.items():
        members = found.members(number)
        pck = table[PCK].to_numpy(np.float64)[members]
        mean, low, high, n = interval(pck)
        values = found.values[members]
        rows.append(
            {
                "cluster": name,
                "people": len(members),
                "silhouette": values[np.isfinite(values)].mean() if np.isfinite(values).any() else np.nan,
                "PCK": mean,
                "PCK, 95 % from": low,
                "PCK, 95 % to": high,
                "PCK, n": n,
                "joints labelled": table["labelled_joints"].to_numpy(np.float64)[members].mean(),
                "size, crop pixels": np.nanmean(table["size"].to_numpy(np.float64)[members])
                if table["size"].iloc[members].notna().any()
                else np.nan,
            }
        )
    return pd.DataFrame(rows)


def interval(values: np.ndarray) -> tuple[float, float, float, int]:
    """Mean of the known values, its 95 % interval by Student's t, and how many are known."""
    known = values[np.isfinite(values)]
    if len(known) < LEAST:
        return (float(known.mean()) if len(known) else np.nan, np.nan, np.nan, len(known))
    reach = student.ppf(0.975, len(known) - 1) * known.std(ddof=1) / np.sqrt(len(known))
    return float(known.mean()), float(known.mean() - reach), float(known.mean() + reach), len(known)


def _check(bundle: Bundle, found: Clustered) -> None:
    st.subheader("Is it only size, place or missing joints?")
    accuracies = recognised(bundle, found)
    st.markdown(words.only_size(accuracies))
    if not accuracies:
        return
    control, k = untrained.reference(bundle), len(found.sizes)
    if found.question.learned:
        control = None  # it is of K-Means
    elif control is None:
        st.caption(untrained.missing(bundle))
    elif beside := words.told_untrained(accuracies, k, control):
        st.caption(beside)
    people = next(iter(accuracies.values())).n
    st.caption(words.how_it_was_checked(people, joints_known(bundle.samples)))
    rows = [
        {
            "recognised from": name,
            "share right": one.right,
            "95 % from": one.low,
            "95 % to": one.high,
            "by guessing": one.chance,
            untrained.AT_MOST: _never_told(control, k, name),
            "n": one.n,
        }
        for name, one in accuracies.items()
    ]
    figures.tabled("The check as a table", pd.DataFrame(rows), "clusters-check")


def _never_told(control: ControlStudy | None, k: int, name: str) -> float:
    """The most that one of confounds.SETS tells of untrained networks' clusters; nan where not known."""
    told = np.empty(0) if control is None else untrained_told(control, k, name)
    return float(told.max()) if len(told) else np.nan


def _effects(
    bundle: Bundle,
    found: Clustered,
    names: dict[int, str],
    apart: dict[int, pd.DataFrame],
    beside: Apart | None,
) -> None:
    st.subheader("What sets one cluster apart")
    options = [str(number + 1) for number in names]
    picked = widgets.segments("Cluster", options, links.CLUSTERS_ONE, persist_state="page")
    number = int(picked) - 1
    compared = apart[number]
    known = compared[compared["effect"].notna()]
    causes = _causes(bundle, found)
    if causes is not None:
        _disagreements(bundle, known, causes, names[number])
    if known.empty:
        st.info(words.NOTHING_KNOWN)
        return
    joints = joints_known(bundle.samples)
    source = bundles.source_line(bundle, len(found.space.rows))
    for column, (kind, axis) in zip(st.columns(2, gap="medium"), AXES.items(), strict=True):
        rows = known[known["kind"] == kind].head(SHOWN)
        if rows.empty:
            continue
        with column:
            named = [words_of(str(name), joints).axis for name in rows.index]
            reach = untrained_clusters.reach(beside, "farthest", rows.index.tolist())
            figures.chart(
                charts.effects(rows, named, charts.colour_of(number)[0], axis, source, reach),
                f"clu_effects_{kind}",
                words.effects_alt(kind, len(rows), names[number]),
                controls.image_format(),
            )
    st.caption(words.effects(names[number], len(found.members(number))))
    if beside is not None:
        st.caption(untrained_clusters.differ(known, beside))
    _claim(bundle, found, number, known["effect"])
    table = untrained_clusters.tabled(compared, contrast_table(compared, joints), beside)
    if causes is not None:
        st.caption(causal_words.HOW_CLUSTERS)
        table[causal_words.COLUMN] = [
            causal_words.clusters_changed(causes, str(name)) for name in compared.index
        ]
    figures.tabled("Every attribute as a table", table, f"cluster-{number + 1}-apart")


def _claim(bundle: Bundle, found: Clustered, number: int, effects: "pd.Series[float]") -> None:
    """The way to a claim of what sets a cluster apart most, where new people have a place among these. Of PCK
    and the side of the crop, which are no attributes of people, there is none."""
    subset, question = found.subset, found.question
    if question.method != KMEANS or subset.people != EVERYBODY:
        st.caption(words.NO_CLAIM)
        return
    attributes = latents.attributes(bundle)
    first = next((name for name in map(str, effects.index) if name in attributes), None)
    if first is None:
        return
    axis = words_of(first, joints_known(bundle.samples)).axis
    claiming.claim_link(
        bundle,
        claiming.GROUP,
        **{
            links.LEDGER_K: str(question.k),
            links.LEDGER_CLUSTER: str(number + 1),
            links.LEDGER_SPACE: str(subset.components or 0),
            links.LEDGER_SEED: str(question.seed),
            links.LEDGER_RESTARTS: str(question.restarts),
            links.LEDGER_ATTRIBUTE: axis,
            links.LEDGER_WAY: claiming.MORE if effects[first] > 0 else claiming.LESS,
        },
    )


def _causes(bundle: Bundle, found: Clustered) -> ClusterCauses | None:
    """What the cause study says of as many clusters; None where it does not speak of clusters like these."""
    study, scores = studies.cause_study(bundle), studies.cause_scores(bundle)
    k = found.question.k
    alike = found.subset == ALL and found.question.method == KMEANS
    if study is None or scores is None or not alike or k not in study.ks.tolist():
        return None
    place, keys = study.ks.tolist().index(k), study.causes.tolist()
    verdicts = cluster_verdicts(study, scores.cluster, scores.untrained_cluster, place)
    highest = scores.untrained_cluster[:, :, STRONGER, place].max(axis=0)
    columns = (study.strengths[:, STRONGER], scores.cluster.mean[:, STRONGER, place], highest)
    return ClusterCauses(k, verdicts, *(dict(zip(keys, values.tolist(), strict=True)) for values in columns))


def _disagreements(bundle: Bundle, known: pd.DataFrame, causes: ClusterCauses, name: str) -> None:
    """First where what sets the cluster apart, and what moves people out of it, do not agree."""
    columns = zip(known.index, known["effect"], known["low"], known["high"], known["kind"], strict=True)
    along = {str(attribute): set_apart(*figures) for attribute, *figures in columns}
    joints = joints_known(bundle.samples)
    said = [
        causal_words.clusters_disagree(one, causes, name, joints)
        for one in disagreements(along, causes.verdicts)
    ]
    if said:
        st.markdown("\n".join(f"* {line}" for line in said))


def _joints(
    bundle: Bundle, found: Clustered, names: dict[int, str], table: pd.DataFrame, beside: Apart | None
) -> None:
    source = joints_known(bundle.samples)
    word = "labelled" if source == "annotated" else "found"
    st.subheader(f"Joints {word}, by cluster")
    columns = [f"{name}{FOUND}" for name in bundle.keypoints.names]
    shares = pd.DataFrame(
        {
            names[number]: table[columns].to_numpy(np.float64)[found.members(number)].mean(axis=0)
            for number in names
        },
        index=[*bundle.keypoints.labels],
    )
    looks = [charts.colour_of(number) for number in names]
    lowest, highest = (untrained_clusters.reach(beside, side, columns) for side in ("lowest", "highest"))
    figures.chart(
        charts.shares(
            shares,
            [colour for colour, _ in looks],
            [symbol for _, symbol in looks],
            f"share of people whose joint is {word}",
            bundles.source_line(bundle, len(table)),
            (lowest, highest),
        ),
        "clu_joints",
        words.joints_alt(word, len(names), len(columns)),
        controls.image_format(),
    )
    if beside is not None:
        st.caption(untrained_clusters.shares(beside, word))
    st.caption(words.scores(summary(found, names, table).to_dict("records"), _scored(beside)))


def _scored(beside: Apart | None) -> tuple[float, float] | None:
    """The lowest and the highest PCK of this network's on clusters of networks that never learned."""
    if beside is None:
        return None
    lowest, highest = (untrained_clusters.reach(beside, side, [PCK])[0] for side in ("lowest", "highest"))
    return float(lowest), float(highest)


def contrast(bundle: Bundle, found: Clustered, number: int) -> pd.DataFrame:
    """What sets a cluster apart from everybody else who was clustered; see posecore.attributes.contrasts."""
    return _contrast(bundle, _digest(found), number, found)


def recognised(bundle: Bundle, found: Clustered) -> dict[str, Accuracy]:
    """How well the clusters are recognised from size, place, joints and pose; see confounds.told_by."""
    return _recognised(bundle, _digest(found), found)


@cache.cached(64, "Comparing people …")
def _contrast(bundle: Bundle, digest: str, number: int, _found: Clustered) -> pd.DataFrame:
    ids = bundle.samples["sample_id"].to_numpy(str)[_found.space.rows]
    return compare(latents.known_of_people(bundle).loc[ids], ids[_found.members(number)].tolist())


@cache.cached(32, "Checking size, place and joints …")
def _recognised(bundle: Bundle, digest: str, _found: Clustered) -> dict[str, Accuracy]:
    ids = bundle.samples["sample_id"].to_numpy(str)[_found.space.rows]
    return confounds.told_by(latents.known_of_people(bundle).loc[ids], _found.numbers)


def _digest(found: Clustered) -> str:
    """Who is in which cluster. A key."""
    return hashlib.sha256(found.space.rows.tobytes() + found.numbers.tobytes()).hexdigest()
