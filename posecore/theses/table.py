"""All claims of the two theses, each with what it is judged by.

Every criterion was committed before it was computed on a bundle that ships, but where `measured` says
otherwise. What counts as an effect that
matters is one line per kind: see posecore.theses.skips, latents, clusters, sizes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from posecore.theses import clusters, compression, latents, networks, phones, sizes, skips
from posecore.theses.finding import Finding
from posecore.theses.stored import Stored

Criterion = Callable[[Stored], Finding]


class Thesis(StrEnum):
    """Which of the two."""

    POSE = "First thesis"
    MOBILE = "Second thesis"


SUBJECTS: Final[Mapping[Thesis, str]] = {
    Thesis.POSE: "2D pose estimation with explainable AI",
    Thesis.MOBILE: "real-time pose estimation for mobile devices",
}
"""What each is about."""


@dataclass(frozen=True)
class View:
    """Where a page shows what a claim rests on. page: its folder. link: what its address says. shows: whether
    the claim's figure stands there, or those that it is the mean or the difference of; else what comes
    nearest to it."""

    page: str
    label: str
    link: Mapping[str, str] = field(default_factory=dict)
    shows: bool = True


@dataclass(frozen=True)
class Claim:
    """A row of the table.

    key: its name. statement: in plain words. where: the thesis's chapter. measured: what is
    measured, and the rule. of: which people and which network. studies: the stored studies it needs, by name,
    the one that it mainly rests on first. judge: the criterion. view: None as long as no page shows it.
    figure: the thesis's own figures, of its data; empty where it gives none. other_metric: whether they are
    of another metric than ours, too. figure_only: whether the claim is nothing but such a figure, so that
    none of ours can bear it out. unmeasured: why it cannot be told without its studies, where no script
    alone makes them.
    """

    key: str
    thesis: Thesis
    statement: str
    where: str
    measured: str
    of: str
    studies: tuple[str, ...]
    view: View | None
    judge: Criterion
    figure: str = ""
    other_metric: bool = False
    figure_only: bool = False
    unmeasured: str = ""


OWN: Final = "the bundle's people and network"
TRAINED: Final = "networks of half the width, trained side by side, on every data set of the study"

WITH_AND_WITHOUT: Final = "two more networks, one with and one without the autoencoder; the bundle's people"
COMPRESSED: Final = "compressed networks of the bundle's kind, on every data set of the study"

_STUDY_TAB: Final = View("skip_lab", "Skip lab, The whole data set", {"lab_tab": "The whole data set"})
_PARTS_TAB: Final = View(
    "skip_lab", "Skip lab, What each part knows", {"lab_tab": "What each part knows"}, shows=False
)
_NETWORKS: Final = View(
    "compare", "Compare, Networks trained side by side", {"cmp_tab": "Networks trained side by side"}
)
_SQUEEZED: Final = replace(_NETWORKS, shows=False)
_COUNT: Final = View("clusters", "Clusters, How many clusters?", {"clu_tab": "How many clusters?"})

SKIPS_SECTION: Final = "Understanding the model, The effects of skip-connections"
SHAPE: Final = "Understanding the model, Shape of the latent space"
CLUSTERS: Final = "Understanding the model, Clusters of the latent space"
IMPROVED: Final = "Improving the model"
DISCUSSION: Final = "Discussion"

_COMPRESSION: Final = View("compression", "Compression, What it costs", {"cpr_tab": "What it costs"})

CLAIMS: Final = (
    Claim(
        "cutting",
        Thesis.POSE,
        "Cutting all skip connections lowers PCK.",
        SKIPS_SECTION,
        "PCK that goes when all four are cut after training, with what in their place costs least, less what "
        "goes in the untrained network that loses most. It holds above 2 points.",
        OWN,
        ("control",),
        _STUDY_TAB,
        skips.cutting_costs,
    ),
    Claim(
        "small-joints",
        Thesis.POSE,
        "With skips cut, small joints (nose, eyes, ears) lose more than big ones (shoulders, hips, knees).",
        SKIPS_SECTION,
        "Loss of small joints less that of big ones, over the joints found with all skips, for 15 masks and "
        "every replacement, corrected for all of them. It holds where small ones surely lose more in over "
        "half of the cells that can answer, and does not where big ones do.",
        OWN,
        ("skips", "control"),
        _STUDY_TAB,
        skips.small_lose_more,
    ),
    Claim(
        "detail",
        Thesis.POSE,
        "Skip connections restore detail that the encoder loses.",
        SKIPS_SECTION,
        "Detail: PCK that goes with all four within the PCK radius, less what goes within four radii, above "
        "2 points. And the rest is in the bottleneck: R² of the pose read off it is above that off any skip "
        "by 0.02, and above untrained networks'. It holds where all of that does.",
        OWN,
        ("skips", "probe"),
        _PARTS_TAB,
        skips.restore_detail,
    ),
    Claim(
        "neighbours",
        Thesis.POSE,
        "People near each other in the latent have alike poses.",
        SHAPE,
        "How far apart two people's joints are, once both are moved to one place and scaled to one size: "
        "from a person to the ten nearest in the latent, against to anybody. It holds where that share is "
        "above the one in the best untrained network by 10 %, and above chance.",
        OWN,
        ("claims",),
        View("latent_map", "Latent map", shows=False),
        latents.neighbours_alike,
    ),
    Claim(
        "two-components",
        Thesis.POSE,
        "The first two components hold 37 % of the variance (draft), or 15.3 % (final text).",
        SHAPE,
        "Share of the variance along the first two components.",
        OWN,
        ("projection", "control"),
        View("latent_map", "Latent map"),
        latents.first_two,
        "37 % and 15.3 %, of 10,000 people of COCO",
        figure_only=True,
    ),
    Claim(
        "component-1",
        Thesis.POSE,
        "Component 1 is sitting to standing.",
        SHAPE,
        "Components of people of whom every joint is labelled, as the thesis's are: the strongest rank "
        "correlation of the first with what tells sitting from standing (knees, hips, how rendered people "
        "were made), less that with anything else. It holds where the first is above 0.2 and the difference "
        "above 0. It was judged on everybody's component at first, and changed with that verdict known.",
        OWN + ", every joint labelled",
        ("claims", "projection"),
        View("pc_walk", "PC walk, component 1 of everybody", {"walk_component": "1"}, shows=False),
        latents.first_is_sitting,
    ),
    Claim(
        "noise",
        Thesis.POSE,
        "Beyond 50 components there is noise.",
        SHAPE,
        "PCK that goes when latents are cut to their first 50 components, decoded in the way in which most "
        "goes. It holds where less than 2 points go, and does not where more do.",
        OWN,
        ("components", "projection"),
        View("pc_walk", "PC walk, How many components matter", {"walk_tab": "How many components matter"}),
        latents.noise_beyond_fifty,
        "component 50 holds 0.165 % of the variance",
        other_metric=True,
    ),
    Claim(
        "most-components",
        Thesis.POSE,
        "541 components hold 95 % of the variance.",
        SHAPE,
        "Components that hold 95 % of the variance.",
        OWN,
        ("projection", "control"),
        View("pc_walk", "PC walk, How many components matter", {"walk_tab": "How many components matter"}),
        latents.components_for_most,
        "541, of 7,017 completely labelled people of COCO",
        figure_only=True,
    ),
    Claim(
        "squeezed-components",
        Thesis.POSE,
        "With the autoencoder far fewer components hold 95 % of the variance: 16.",
        IMPROVED,
        "Components that hold 95 % of the variance of the autoencoder's numbers.",
        WITH_AND_WITHOUT,
        ("claims",),
        _SQUEEZED,
        clusters.squeezed_components,
        "16 instead of 541",
        figure_only=True,
    ),
    Claim(
        "two-clusters",
        Thesis.POSE,
        "K = 2 is best by silhouette.",
        CLUSTERS,
        "Everybody's silhouette in the best labelling into two clusters, less that at the best other K, of 3 "
        "to 10. It holds above 0.",
        OWN,
        ("clusters",),
        _COUNT,
        clusters.two_is_best,
    ),
    Claim(
        "complete-sparse",
        Thesis.POSE,
        "The two clusters are nearly completely and sparsely labelled people.",
        CLUSTERS,
        "People who are in the cluster of their kind, each cluster counting alike. It holds above 75 %, "
        "half-way from guessing to always.",
        OWN,
        ("clusters",),
        View("clusters", "Clusters, What is each?", {"clu_k": "2", "clu_tab": "What is each?"}),
        clusters.clusters_by_labels,
    ),
    Claim(
        "still-moving",
        Thesis.POSE,
        "Among completely labelled people the two clusters are still and moving ones.",
        CLUSTERS,
        "People of whom every joint is labelled, clustered alone: those in the cluster of their kind, each "
        "cluster counting alike. It holds above 75 %.",
        OWN + ", every joint labelled",
        ("claims",),
        View(
            "clusters",
            "Clusters, What is each? of completely annotated people",
            {"clu_people": "completely annotated people", "clu_k": "2", "clu_tab": "What is each?"},
            shows=False,
        ),
        clusters.complete_by_movement,
    ),
    Claim(
        "overlap",
        Thesis.POSE,
        "Completely labelled people's clusters overlap less.",
        CLUSTERS,
        "Mean silhouette of their two clusters, less that of as many people drawn from everybody, with what "
        "one more draw may differ by. It holds above 0.",
        OWN + ", every joint labelled",
        ("claims",),
        # Silhouettes stand above all tabs.
        View(
            "clusters",
            "Clusters, silhouettes of completely annotated people",
            {"clu_people": "completely annotated people", "clu_k": "2"},
            shows=False,
        ),
        clusters.complete_overlap_less,
    ),
    Claim(
        "third-cluster",
        Thesis.POSE,
        "A third cluster hides in the first.",
        CLUSTERS,
        "Groups in the larger of the two clusters, by the density between its parts and by people without "
        "groups. It holds where it is several groups, and does not where it is a region of one cloud.",
        OWN + ", the larger cluster",
        ("claims",),
        View(
            "clusters",
            "Clusters, How many clusters? within the larger of two",
            {
                "clu_people": "one cluster",
                "clu_of": "1",
                "clu_of_k": "2",
                "clu_k": "2",
                "clu_tab": "How many clusters?",
            },
            shows=False,
        ),
        clusters.third_in_first,
    ),
    Claim(
        "autoencoder",
        Thesis.POSE,
        "The autoencoder raises PCK, and not because training was longer.",
        IMPROVED,
        "PCK of the network with the autoencoder less that of one that was given the same training without "
        "it, with every seed and on all people. It holds where all are above 2 points, and does not where "
        "all are below.",
        TRAINED,
        ("networks",),
        _NETWORKS,
        networks.autoencoder_raises,
        "0.467 instead of 0.433 on the validation people, after 57 epochs more",
    ),
    Claim(
        "cleaner",
        Thesis.POSE,
        "The autoencoder's clusters are cleaner.",
        IMPROVED,
        "How much deeper the density falls between two clusters of the autoencoder's numbers than between "
        "two of the latent of a network without it. It holds above a tenth of the lower peak.",
        WITH_AND_WITHOUT,
        ("claims",),
        _SQUEEZED,
        clusters.squeezed_cleaner,
    ),
    Claim(
        "second-stack",
        Thesis.POSE,
        "A second stack helps.",
        DISCUSSION,
        "PCK with two stacks less that with one, after the same training, with every seed and on all people. "
        "It holds where all are above 2 points, and does not where all are below.",
        TRAINED,
        ("networks",),
        _NETWORKS,
        networks.second_stack_helps,
    ),
    Claim(
        "without-skips",
        Thesis.POSE,
        "A network could have been trained without skips.",
        DISCUSSION,
        "PCK of a network trained without skips less that of one trained with them whose skips are then cut. "
        "It holds where all are above 2 points: it learned to do without.",
        TRAINED,
        ("networks",),
        _NETWORKS,
        networks.without_skips,
    ),
    Claim(
        "narrow",
        Thesis.POSE,
        "A narrower bottleneck would have done as well as the autoencoder.",
        IMPROVED,
        "PCK of a network with a bottleneck of 4 channels (64 numbers) less that of the one with the "
        "autoencoder, trained alike, with every seed and on all people. It holds where all lie within 1 "
        "point either way, and does not where all lie beyond.",
        TRAINED,
        ("networks",),
        _NETWORKS,
        networks.narrow_as_well,
    ),
    Claim(
        "radius",
        Thesis.POSE,
        "A PCK radius that is the same for everybody misjudges people of other sizes.",
        DISCUSSION,
        "Rank correlation of how small people are with how much higher they stand among all by PCK than by "
        "OKS, whose tolerance grows with the person. It holds above 0.2. Which of two networks is ahead by "
        "either stands beside that and decides nothing, as so few make no order.",
        OWN,
        ("claims",),
        View("overview", "Overview, How well it does", shows=False),
        sizes.fixed_radius_misjudges,
    ),
    Claim(
        "bayesian",
        Thesis.MOBILE,
        "Bayesian compression loses less than group lasso and L1 at equal size.",
        "Experiments and results, Structural Bayesian deep compression",
        "PCK of fine-tuned Bayesian networks less that of networks by group lasso of the same size, and of "
        "networks that are only masked less those by L1, mean over two seeds or more of each that were "
        "trained for as many steps, on all people. It holds where all are above 1 point, and does not where "
        "all are below.",
        COMPRESSED,
        ("compression",),
        _COMPRESSION,
        compression.bayesian_loses_less,
        "86.42 PCKh at 11.3 M parameters; group lasso 84.22 at 14.5 M",
        other_metric=True,
    ),
    Claim(
        "two-thirds",
        Thesis.MOBILE,
        "Two thirds of the parameters go for 1.4 points.",
        "Experiments and results, Structural Bayesian deep compression",
        "PCK of the largest fine-tuned Bayesian network with 36 % of the parameters or fewer, less that of "
        "the dense network trained for as long, on all people. It holds where it is above −2 points.",
        COMPRESSED,
        ("compression",),
        _COMPRESSION,
        compression.two_thirds_go,
        "33.9 M to 11.3 M parameters, 87.80 to 86.42 PCKh",
        other_metric=True,
    ),
    Claim(
        "fine-tuning",
        Thesis.MOBILE,
        "Fine-tuning recovers what engineering lost.",
        "Model compression, Engineering the sparse model",
        "PCK after fine-tuning less that of the dense network trained for as long, of every size of which "
        "engineering alone took surely more than 2 points, on all people. It holds where all are above −2 "
        "points, and does not where all are below.",
        COMPRESSED,
        ("compression",),
        _COMPRESSION,
        compression.fine_tuning_recovers,
    ),
    Claim(
        "phone",
        Thesis.MOBILE,
        "Inference takes half the time on a phone.",
        "Experiments and results, Mobile application",
        "How many times as long the dense network takes as the smallest one beside it, on every phone "
        "measured. It holds where all are above 1.8 times, half the time less a tenth, and does not where "
        "all are below.",
        "the bundle's network and the smallest that was measured beside it, in a phone's browser",
        ("phone",),
        View("phone", "Phone"),
        phones.half_the_time,
        "2.37 to 1.23 s for a picture on a Redmi MI Note 3",
        other_metric=True,
        unmeasured="no phone's times are stored; the page Phone measures them, and "
        "`phone_times.py FILE --bundle DIR` keeps them",
    ),
)
"""In the order in which a page shows them."""
