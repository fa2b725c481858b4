"""The technical words of all pages, explained once. A page shows those it uses at its end."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import streamlit as st


class Term(NamedTuple):
    """says: what it means. seen: a regular expression that finds it in a page's text, whatever the case."""

    says: str
    seen: str


TITLE: Final = "Words used here"

TERMS: Final[Mapping[str, Term]] = {
    "Crop": Term("the square around a person that the network sees, scaled to 256 pixels.", r"\bcrops?\b"),
    "Heatmap": Term(
        "what the network says of a joint: 64 rows of 64 cells, high where it takes the joint to be.",
        r"\bheatmaps?\b",
    ),
    "Peak": Term("the value of a heatmap's strongest cell, which is the prediction.", r"\bpeaks?\b"),
    "Lost joint": Term(
        "one whose heatmap holds nothing above zero, so that it names no place.", r"\bjoints? (is )?lost\b"
    ),
    "Hidden joint": Term(
        "one that is labelled though something hides it (v = 1 in COCO); a visible one has v = 2.",
        r"marked as hidden|visible joints|labelled, hidden",
    ),
    "Bottleneck": Term("the network's narrowest place, 4 × 4 cells.", r"\bbottleneck\b"),
    "Latent": Term("the numbers in the bottleneck: what it makes of one person.", r"\blatents?\b"),
    "Decoder": Term("the part of the network behind the bottleneck, which makes heatmaps.", r"\bdecoder\b"),
    "Skip connection": Term(
        "a way around the bottleneck, one per resolution, 64 to 8 cells wide. Cut means: the trained "
        "network, used without it.",
        r"\bskips?\b",
    ),
    "Mask": Term(
        "which skip connections count, a digit each from the finest (64 × 64) to the coarsest (8 × 8): 1 on, "
        "0 cut; 0000 cuts them all.",
        r"\bmasks?\b|\bskips [01]{4}\b",
    ),
    "Replacement": Term(
        "what takes the place of a cut skip connection: nothing (zero), its mean over people (mean), or "
        "another person's (other).",
        r"\breplacements?\b",
    ),
    "Stack": Term(
        "one hourglass of several in a row, each seeing what the one before found.", r"\bstacks?\b"
    ),
    "Channels": Term("how many numbers the network keeps per cell.", r"\bchannels?\b"),
    "Autoencoder": Term(
        "a network that squeezes many numbers to a few and opens them again; one may be a layer of the "
        "bottleneck.",
        r"\bautoencoders?\b",
    ),
    "PCK": Term(
        "share of the labelled joints that are found, that is, closer to the annotation than the PCK radius; "
        "of many people the mean.",
        r"\bPCK\b",
    ),
    "PCK radius": Term("12.8 pixels of the 256-pixel crop.", r"\bPCK radi|\ba radius\b"),
    "Point": Term(
        "a hundredth of a share: from 0.60 to 0.65 are five points.",
        r"\bpoints? (of (PCK|hit)|more|fewer|gained|are lost|apart|that)|, points\b|\d points\b",
    ),
    "OKS": Term(
        "a score from 0 to 1 that allows larger errors for larger people and vaguer joints (COCO's).",
        r"\bOKS\b",
    ),
    "COCO AP and AR": Term(
        "average precision and recall over OKS thresholds of 0.50 to 0.95, as COCO ranks networks.",
        r"\bCOCO A[PR]\b",
    ),
    "Epoch": Term("one pass of the training over all its people.", r"\bepochs?\b"),
    "Loss": Term(
        "what training makes small: the squared error of the heatmaps, and how unlikely they take the place.",
        r"\b(training|validation) loss\b|^loss$",
    ),
    "Validation people": Term(
        "people nothing is learned from; by their PCK the epoch is chosen whose weights are kept.",
        r"\bvalidation\b",
    ),
    "Preset": Term("a training recipe of the project, by name.", r"\bpreset\b"),
    "Seed": Term("the number that chance begins with: the same one gives the same result.", r"\bseeds?\b"),
    "95 % interval": Term(
        "where the true value lies, as far as these people can tell: of twenty such intervals one misses it.",
        r"95 %|\bintervals?\b|\bwhiskers?\b",
    ),
    "Bootstrap": Term(
        "people are drawn anew from those there are, again and again; how much the result then varies gives "
        "its interval.",
        r"\bbootstrap\b",
    ),
    "p": Term(
        "how often chance alone gives a result as strong; below 0.05 it is called a sign of something.",
        r"\bp (<|=|≤|from|by)|^p(, corrected)?$",
    ),
    "Corrected p": Term(
        "of many results some look strong by chance; p is then made larger, for how many there are: "
        "by how strong the strongest is when people are shuffled (Westfall and Young), or by their "
        "number (Holm).",
        r"\bp, corrected\b|\bcorrected p\b|\d corrected\b|westfall",
    ),
    "Flipping signs": Term(
        "each person's difference is turned round at random, as if there were none on the whole; p is how "
        "often the mean is then as large.",
        r"flipping people's signs",
    ),
    "Occlusion": Term(
        "part of the picture is covered, and one sees how far the peak falls: exact, and slow.",
        r"\bocclusion\b",
    ),
    "Grad-CAM": Term(
        "a map of where the features of one layer speak for a cell, as coarse as that layer.", r"\bgrad-cam\b"
    ),
    "Integrated gradients": Term(
        "what every pixel adds on the way from a grey picture to this one; over all pixels it adds up to the "
        "whole change, but for an error that is stated.",
        r"\bintegrated gradients\b",
    ),
    "SmoothGrad": Term(
        "the gradient by the picture, averaged over copies of it with noise.", r"\bsmoothgrad\b"
    ),
    "Deconvolution": Term(
        "the way back through the network on which only what is above zero is passed on.",
        r"\bdeconvolution\b",
    ),
    "Guided backpropagation": Term(
        "the gradient on whose way back whatever is below zero is left out.", r"\bguided backpropagation\b"
    ),
    "Deletion and insertion": Term(
        "squares of the picture are greyed out, the most important first, or shown on a grey one; the sooner "
        "the peak falls, or comes, the better a map names what it rests on.",
        r"\bdeletion\b|\binsertion\b",
    ),
    "Rank correlation": Term(
        "Spearman's: from −1 to 1, how far two things order people alike, not how much they differ.",
        r"\brank correlations?\b|\bspearman\b",
    ),
    "Readout": Term(
        "what a linear rule, learned from other people, tells of a person from the numbers of one part. R² "
        "is the share of the squared error of the mean pose that it takes away.",
        r"\breadouts?\b|R²",
    ),
    "Shapley value": Term(
        "a level's share of what all skip connections add: the mean over all orders of switching them on.",
        r"\bshapley\b",
    ),
    "Rival": Term(
        "the strongest cell a PCK radius or more from the peak, as a share of it: near 1 two places compete.",
        r"\brival\b",
    ),
    "Entropy": Term("how spread a heatmap is: 0 a single cell, 1 the same everywhere.", r"\bentropy\b"),
    "Component": Term(
        "a principal component: a direction in which people's latents differ, the first one the most; a "
        "person's score says how far they lie along it.",
        r"\bcomponents?\b",
    ),
    "Variance": Term(
        "how much people's latents differ, squared; components share it out among them.", r"\bvariances?\b"
    ),
    "Standard deviation": Term(
        "how far people usually lie from the mean, along one direction; √λ of a component.",
        r"\bstandard deviations?\b|√λ",
    ),
    "Norm": Term("the distance from the mean of all people.", r"\bnorms?\b"),
    "Parallel analysis": Term(
        "Horn's: components count that vary more than those of latents shuffled one number at a time.",
        r"\bparallel analysis\b|\bhorn\b",
    ),
    "Scree": Term("the variance along one component after the other, as a line.", r"\bscree\b"),
    "UMAP": Term(
        "a map in two directions that keeps neighbours together; distances and sizes on it mean little.",
        r"\bUMAP\b",
    ),
    "K-Means": Term(
        "sorts people into K clusters so that they are near to the mean of their own (its centroid).",
        r"\bk-means\b",
    ),
    "Gaussian mixture": Term(
        "sorts people by K clouds of any shape and spread that together fit them best.",
        r"\bgaussian mixture\b",
    ),
    "HDBSCAN": Term(
        "finds crowded places by itself and leaves people in thin ones in no cluster (noise).", r"\bhdbscan\b"
    ),
    "Deep embedded clustering": Term(
        "an autoencoder makes a few numbers of each person, which are moved until clusters of them stand "
        "apart "
        "(dec); idec has people reconstructed meanwhile.",
        r"\bi?dec\b|\bdeep embedded\b",
    ),
    "Centroid": Term("the mean of a cluster's people.", r"\bcentroids?\b"),
    "Silhouette": Term(
        "of a person from −1 to 1: near 1 at home in the own cluster, near 0 between two, below 0 nearer to "
        "another one.",
        r"\bsilhouettes?\b",
    ),
    "Restart": Term("another try from another start; the tightest result is kept.", r"\brestarts?\b"),
    "Inertia": Term("the sum of squared distances to the own centroid: small is tight.", r"\binertia\b"),
    "Gap statistic": Term(
        "how much tighter K clusters make people than people spread evenly over a box; it names the least K "
        "that the next one does not surely exceed.",
        r"\bgap\b",
    ),
    "Adjusted Rand index": Term(
        "how alike two sortings of people are: 1 the same groups, 0 as alike as by chance.",
        r"\badjusted rand\b|\bARI\b",
    ),
    "Control": Term(
        "what shows how much is nothing: people made without any structure, or a network that had all the "
        "same training but for the one thing asked about.",
        r"\bcontrols?\b",
    ),
    "Normal cloud": Term(
        "people drawn around one mean, spread as the real ones are, without groups.",
        r"\bnormal cloud\b|\bcovariance\b|^gaussian, (mean|limit)",
    ),
    "Valley": Term(
        "between two clusters, how far the density of people falls on the way from one to the other, as a "
        "share of the lower of the two peaks: 1 in the middle of one cloud, near 0 between groups.",
        r"\bvalleys?\b",
    ),
    "Hedges' g": Term(
        "a difference of two means in standard deviations, made a little smaller where people are few.",
        r"\bhedges",
    ),
    "Torso length": Term("from the hips to the shoulders of the same person.", r"\btorso lengths?\b"),
    "Logistic regression": Term(
        "the simplest way to tell groups from numbers: a weight for each number.", r"\blogistic regression\b"
    ),
    "Procrustes": Term(
        "one map is turned, mirrored and scaled as a whole until it lies as near as can be to the other.",
        r"\bprocrustes\b",
    ),
    "CKA": Term(
        "centred kernel alignment: how alike two layers arrange people; 1 the same up to turning and scale, "
        "0 not at all.",
        r"\bCKA\b|kernel alignment",
    ),
    "Group of weights": Term(
        "all that read one channel of a layer, or all that make it; they go together.",
        r"\bgroups? of weights\b",
    ),
    "Engineered": Term(
        "a network whose groups that say nothing are really taken out, so that it is smaller and faster.",
        r"\bengineered\b",
    ),
    "Fine-tuned": Term("trained on after groups were taken out.", r"\bfine-tuned\b"),
    "Multiply-accumulate": Term(
        "one multiplication and one addition; counted for one picture.",
        r"\bmultiply-accumulates?\b",
    ),
    "Quantile": Term("the value that a given share of all values stays below.", r"\bquantiles?\b"),
    "Percentile": Term("how many of a hundred people have a smaller value.", r"\bpercentiles?\b"),
}
"""By what they are called. To be complete over what pages say, not over the field."""


def used_in(text: str) -> list[str]:
    """Names of the terms that a text uses, in the order of TERMS."""
    flags = re.IGNORECASE | re.MULTILINE
    return [name for name, term in TERMS.items() if re.search(term.seen, text, flags)]


def explain(names: str, text: str = "") -> None:
    """Explain terms at the end of a page.

    names: of TERMS, with commas. text: what depends on the bundle or on what is chosen. The terms that this
    uses are explained too, and those that explanations use.
    """
    terms = with_explanations({*names.split(", "), *used_in(text)})
    with st.expander(TITLE):
        st.markdown("\n".join(f"- **{name}**: {term.says}" for name, term in terms.items()))


def with_explanations(names: Iterable[str]) -> dict[str, Term]:
    """Terms by these names, and those that their explanations use, in the order of TERMS."""
    wanted = set(names)
    while more := {name for one in wanted for name in used_in(TERMS[one].says)} - wanted:
        wanted |= more
    return {name: term for name, term in TERMS.items() if name in wanted}
