"""What two networks differ in, in words: which is better, what a cut skip means in each, what cuts cost."""

from typing import Any

from dashboard.compare.pair import Pair
from dashboard.shared import bundles
from dashboard.shared.numbers import points
from posecore.ablation import ALL_ON, LEVEL_NAMES, SkipMask
from posecore.bundle import Bundle
from posecore.statistics import Estimate


def more(difference: Estimate) -> str:
    """'**+1.2 points** (95 % interval −0.3 to +2.7)', of one difference, shape ()."""
    mean, low, high = (points(float(value), sign=True) for value in difference[:3])
    return f"**{mean} points** (95 % interval {low} to {high})"


def verdict(pair: Pair, difference: Estimate) -> str:
    """Which of the two finds more, of B minus A."""
    if difference.low > 0:
        return f"**B ({pair.other.path.name}) is better** on these people"
    if difference.high < 0:
        return f"**A ({pair.one.path.name}) is better** on these people"
    return "**no difference can be told**"


def cutting(pair: Pair) -> list[str]:
    """What a cut skip means in each of the two, which depends on how the network was built and trained."""
    return [
        f"{name}, {_cutting(bundle)}" for name, bundle in zip(pair.names, (pair.one, pair.other), strict=True)
    ]


def _cutting(bundle: Bundle) -> str:
    built = bundle.manifest.built_skips
    if built != ALL_ON:
        absent = [name for name, there in zip(LEVEL_NAMES, built, strict=True) if not there]
        rest = ""
        if any(built) and bundle.manifest.training:
            met = "were cut at random" if bundles.met_cuts(bundle) else "were all there"
            rest = f" The others {met} while it was trained."
        return (
            f"**trained without** {', '.join(absent)}: cutting what was never there changes nothing; what it "
            f"finds shows what can be learned without.{rest}"
        )
    how = bundles.trained_how(bundle)
    if how == bundles.CUTS:
        return f"**{how}**: with a skip cut it shows what it *can* do without."
    if how == bundles.NO_CUTS:
        return (
            f"**{how}**: it never met a cut, so with a skip cut it shows what it *leans on*, not what it "
            "could do without."
        )
    return "whose training is not recorded: whether it ever met a cut skip is not known."


def cost_of_cuts(pair: Pair, all_on: Estimate) -> str:
    """What training with cuts costs where nothing is cut; empty unless exactly one of the two was trained so.

    all_on: B minus A with all skips on, shape ().
    """
    how = [bundles.trained_how(bundle) for bundle in (pair.one, pair.other)]
    if sorted(how) != sorted((bundles.CUTS, bundles.NO_CUTS)):
        return ""
    sign = 1 if how[1] == bundles.CUTS else -1
    name = pair.names[how.index(bundles.CUTS)]
    low, high = sorted((sign * float(all_on.low), sign * float(all_on.high)))
    size = points(abs(float(all_on.mean)))
    if high < 0:
        said = f"where nothing is cut, cuts in training **cost {size} points**"
    elif low > 0:
        said = f"where nothing is cut, cuts in training cost nothing: {name} finds **{size} points more**"
    else:
        said = "where nothing is cut, cuts in training **cost nothing that these people could tell**"
    if others := _trained_otherwise(pair):
        return f"If it is the cuts, {said}; but the two differ in more: {', '.join(others)}."
    return f"In all else that is recorded the two were trained alike, so {said}."


def _trained_otherwise(pair: Pair) -> list[str]:
    """In what two networks differ beyond cuts in training, as far as their records tell."""
    facts = [_facts(bundle) for bundle in (pair.one, pair.other)]
    return [name for name in facts[0] if facts[0][name] != facts[1][name]]


def _facts(bundle: Bundle) -> dict[str, Any]:
    training = bundle.manifest.training
    return {
        "how they are built": bundle.manifest.model,
        "recipe": (training.get("preset"), training.get("recipe")),
        "epochs": (training.get("epochs"), training.get("epochs_before"), training.get("best_epoch")),
        "seed": training.get("seed"),
        "people trained on": [
            (folder["fingerprint"], folder["train"]) for folder in training.get("data") or ()
        ],
        "weights begun with": (training.get("init") or {}).get("weights"),
    }


def mask_name(mask: SkipMask) -> str:
    """How a row of masks is called."""
    words = {"1111": ", all skips on", "0000": ", all skips cut"}
    return mask.title + words.get(mask.title, "")
