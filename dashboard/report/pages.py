"""Every page in short: its sentence, its main picture, and where both come from; or what is missing.

All of it is what the pages themselves say and draw, with what they show at first.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from dashboard.causes import charts as cause_charts
from dashboard.causes import controls as cause_controls
from dashboard.causes import study_words as cause_words
from dashboard.clusters import count_charts, count_words, verdict_words
from dashboard.compare import baselines, everybody, networks, networks_words
from dashboard.compare import pair as compare_pair
from dashboard.compare import words as compare_words
from dashboard.compare.pair import Pair
from dashboard.compression import charts as compression_charts
from dashboard.compression import known as compressed
from dashboard.compression import words as compression_words
from dashboard.latent_map import charts as map_charts
from dashboard.latent_map import colours, planes, reference
from dashboard.latent_map import words as map_words
from dashboard.overview import skip_words, training
from dashboard.overview import words as overview_words
from dashboard.overview.training import Curves
from dashboard.pc_walk import meaning
from dashboard.pc_walk import words as walk_words
from dashboard.phone import times
from dashboard.phone import words as phone_words
from dashboard.report import words
from dashboard.report.content import Picture, Row, Section, Table
from dashboard.shared import bundles, shown_here, studies, untrained
from dashboard.shared.attribute_words import words_of
from dashboard.shared.carried import carried
from dashboard.shared.clustering import stored
from dashboard.shared.clustering.questions import LEAST
from dashboard.shared.numbers import UNKNOWN, number, points
from dashboard.skip_lab import reference as skip_reference
from dashboard.skip_lab import study_charts, study_words
from dashboard.skip_lab import words as lab_words
from posecore.ablation import ALL_OFF, ALL_ON, LEVEL_NAMES
from posecore.attributes.skeletons import joints_known
from posecore.bundle import Bundle, open_bundle
from posecore.bundle.studies import FOLDER, open_study, study_command
from posecore.causes.table import CAUSES
from posecore.errors import BundleError, PosecoreError
from posecore.statistics import Estimate
from posecore.studies.causes import results as cause_results
from posecore.studies.clusters import results as cluster_results
from posecore.studies.compression import results as compression_results
from posecore.studies.control import results as control_results
from posecore.studies.networks import results as network_results
from posecore.studies.pair import results as pair_results
from posecore.studies.pair.people import common_people
from posecore.studies.pair.results import PairStudy
from posecore.studies.phone import results as phone_results
from posecore.studies.probe import results as probe_results
from posecore.studies.projection import results as projection_results
from posecore.studies.skips import results as skip_results
from posecore.subsample import subsample
from posecore.verdict import Verdict

MOST_DRAWN: Final = 2_000
"""People on the map: each takes some sixty bytes of the file."""

Said = tuple[str, Verdict]


def overview(bundle: Bundle) -> Section:
    """What the Overview says at its top, and how the training went."""
    probe = studies.probe_study_at_hand(bundle)
    missing = [] if probe is not None else [skip_words.no_probe(bundle)]
    curves, picture = training.pck_curves(bundle) or training.loss_curves(bundle), None
    if curves is None:
        missing.append(overview_words.NO_EPOCHS)
    else:
        picture = Picture(
            curves.figure, curves.alt, words.after(bundle, curves.epoch), _after(bundle, curves), curves.below
        )
    found = carried(bundle)
    names = (skip_results.NAME, probe_results.NAME, control_results.NAME)
    return _section(bundle, "Overview", skip_words.shown(bundle, found, probe), picture, missing, names)


def _after(bundle: Bundle, curves: Curves) -> list[Row]:
    """What the curves show there: means over the validation people, without intervals."""
    validated_on = bundle.manifest.training.get("validated_on")
    n = f"{validated_on['people']:,}" if validated_on else UNKNOWN
    return [Row(name, overview_words.score(value), UNKNOWN, n) for name, value in curves.values.items()]


def skip_lab(bundle: Bundle) -> Section:
    """How much of the PCK each skip carries."""
    if bundle.manifest.built_skips == ALL_OFF:
        return Section("Skip lab", missing=(lab_words.NO_SKIPS,))
    try:
        study = studies.skip_study(bundle)
    except BundleError as error:
        return _absent(bundle, "Skip lab", skip_results.NAME, error)
    created = studies.skip_study_created(bundle)
    summaries = {name: studies.skip_summary(bundle, created, name) for name in study.replacements}
    picture, missing = None, _without_control(bundle)
    if any(np.isfinite(one.scores).any() for one in summaries.values()):
        shares = {name: one.shapley for name, one in summaries.items()}
        theirs = {
            name: found for name in shares if (found := skip_reference.shares(bundle, name)) is not None
        }
        source = bundles.source_line(bundle, len(study.sample_ids))
        picture = Picture(
            study_charts.shapley_bars(shares, source, theirs),
            study_words.SHAPLEY_ALT,
            words.SHAPLEY,
            [
                row
                for name, share in shares.items()
                for row in _rows([f"{level}, {name}" for level in LEVEL_NAMES], share, points)
            ],
            study_words.SHAPLEY,
        )
    else:
        missing = [*missing, study_words.UNLABELLED]
    said = lab_words.shown(bundle, carried(bundle))
    return _section(bundle, "Skip lab", said, picture, missing, (skip_results.NAME, control_results.NAME))


def latent_map(bundle: Bundle) -> Section:
    """People on the first two components, coloured by how many of their joints are found."""
    try:
        space = planes.open_space(bundle)
    except PosecoreError as error:
        return Section("Latent map", missing=(map_words.no_map(error),))
    plane = planes.plane_of(space, 1, min(2, len(space.explained)))
    colouring = colours.colour(bundle, colours.PCK, LEAST)
    rows = np.flatnonzero(space.known)
    drawn = subsample(rows, MOST_DRAWN)
    below = plane.shown
    if len(drawn) < len(rows):
        below = f"{below} {words.fewer_drawn(len(drawn), len(rows))}"
    source = map_words.source(bundles.source_line(bundle, len(drawn)), colouring.name)
    found = reference.read_off(bundle)
    picture = Picture(
        map_charts.plane(plane.places[drawn], colouring.codes[drawn], colouring, plane.titles, source),
        map_words.plane_alt(len(drawn), plane.titles, colouring.name),
        words.R2,
        [] if found is None else _rows([words.GAINED], found[1], _two),
        below,
    )
    said = None if found is None else map_words.shown(*found)
    names = (projection_results.NAME, control_results.NAME)
    return _section(bundle, "Latent map", said, picture, _without_control(bundle), names)


def clusters(bundle: Bundle) -> Section:
    """Whether there is nobody between clusters."""
    title, name = "Clusters", cluster_results.NAME
    try:
        study = stored.study(bundle)
    except BundleError as error:
        return _absent(bundle, title, name, error)
    control, picture, missing = untrained.reference(bundle), None, _without_control(bundle)
    source = bundles.source_line(bundle, len(study.sample_ids))
    if study.evidence is None:
        missing = [*missing, count_words.without_evidence(study_command(bundle, name))]
    else:
        evidence = study.evidence
        test = evidence.density
        n = np.full(len(test.ks), evidence.people)
        picture = Picture(
            count_charts.valleys(
                evidence,
                count_words.CONTROLS,
                control,
                LEAST,
                bundles.source_line(bundle, evidence.people),
            ),
            count_words.valleys_alt(evidence),
            words.VALLEYS,
            _rows([f"K = {k}" for k in test.ks], Estimate(test.valley, test.low, test.high, n), _two),
            count_words.valleys(evidence),
        )
    said = verdict_words.shown_here(study, control, not bundle.manifest.untrained, source)
    return _section(bundle, title, said, picture, missing, (name, control_results.NAME))


def pc_walk(bundle: Bundle) -> Section:
    """What goes with the first component."""
    title, missing = "PC walk", _without_control(bundle)
    try:
        found = meaning.correlated_with(bundle, 0)
    except PosecoreError as error:
        return Section(title, missing=(str(error),))
    if found is None:
        return Section(title, missing=(*missing, walk_words.NO_ATTRIBUTE))
    joints, shown = joints_known(bundle.samples), found.tested.head(meaning.SHOWN)
    estimate = Estimate(*(shown[part].to_numpy() for part in ("r", "low", "high", "n")))
    picture = Picture(
        meaning.chart(bundle, found),
        walk_words.correlations_alt(1, len(shown)),
        words.CORRELATIONS,
        _rows([words_of(str(name), joints).axis for name in shown.index], estimate, _two),
        walk_words.how_correlated(len(found.tested), len(shown), joints),
    )
    said = walk_words.shown(1, found.found, found.reference, joints)
    names = (projection_results.NAME, control_results.NAME)
    return _section(bundle, title, said, picture, missing, names)


def causes(bundle: Bundle) -> Section:
    """Which component each cause moves."""
    title, name = "Causes", cause_results.NAME
    study, found = studies.cause_study(bundle), studies.cause_matrix(bundle)
    if study is None or found is None:
        return Section(title, missing=(cause_words.no_study(study_command(bundle, name)),))
    cause = CAUSES[cause_controls.FIRST]
    row = found.causes.index(cause.key) if cause.key in found.causes else None
    source = bundles.source_line(bundle, len(study.sample_ids))
    names = [CAUSES[key].name for key in found.causes]
    far = found.absolute
    farthest = np.argmax(np.nan_to_num(far.mean, nan=-1), axis=1)
    at = np.arange(len(names)), farthest
    moved = Estimate(far.mean[at], far.low[at], far.high[at], np.asarray(found.people))
    rows = _rows(
        [f"{one}: component {k + 1}" for one, k in zip(names, farthest.tolist(), strict=True)], moved, _two
    )
    picture = Picture(
        cause_charts.matrix(found, names, row, 0, source),
        cause_words.matrix_alt(found),
        words.MOVEMENTS,
        rows,
        cause_words.how(found, len(study.untrained)),
    )
    return _section(bundle, title, cause_words.shown(found, cause), picture, (), (name,))


def compare(bundle: Bundle) -> Section:
    """How many joints networks trained side by side find."""
    title, name = "Compare", network_results.NAME
    try:
        study, summaries = networks.studied(bundle)
    except BundleError as error:
        return _absent(bundle, title, name, error)
    summary = summaries[0]
    picture = Picture(
        networks.scores(bundle, study, summary),
        networks_words.scores_alt(summary),
        words.NETWORKS,
        _rows([network.name for network in study.networks], summary.pck.one, number),
        networks_words.how_scores(study, summary),
    )
    said = networks_words.shown(summary)
    return _section(bundle, title, said, picture, _without_control(bundle), (name, control_results.NAME))


def pairs(bundle: Bundle) -> list[Section]:
    """The bundle beside each of those that it was compared with, over the people of both."""
    found, begins = [], f"{pair_results.KIND}-"
    for folder in sorted((bundle.path / FOLDER).glob(f"{begins}*")):
        name = folder.name.removeprefix(begins)
        try:
            other = open_bundle(bundle.path.parent / name)
            pair = Pair(bundle, other, common_people(bundle, other))
            found.append(_pair(words.beside(name), pair, compare_pair.study(pair)))
        except PosecoreError as error:
            found.append(Section(words.beside(name), missing=(f"{error}.",)))
    return found


def _pair(title: str, pair: Pair, study: PairStudy) -> Section:
    beside, names = baselines.known(pair), (pair_results.study_name(pair.other), control_results.NAME)
    if not (study.hits >= 0).any():
        return Section(title, missing=(compare_words.NOTHING_LABELLED,))
    found = everybody.found_by(study.hits)
    never = baselines.joints(beside, ALL_ON, len(pair.one.keypoints))
    picture = Picture(
        everybody.joints_chart(pair, found, len(study.sample_ids), never),
        compare_words.JOINTS_ALT,
        words.PAIR,
        _rows(everybody.joint_names(pair), found.rows.difference, points),
        compare_words.HOW_JOINTS,
    )
    said = everybody.shown(pair, found)
    return _section(pair.one, title, said, picture, baselines.missing(pair), names)


def compression(bundle: Bundle) -> Section:
    """What smaller networks find."""
    title, name = "Compression", compression_results.NAME
    try:
        study = compressed.study(bundle)
    except BundleError as error:
        return _absent(bundle, title, name, error)
    told = compressed.figures(bundle, open_study(bundle, name).created, 0)
    panel = compression_charts.PANELS[0]
    parts = (np.array([getattr(one, part) for one in told.pck]) for part in Estimate._fields)
    picture = Picture(
        compression_charts.panel(panel, study, told.pck, (), compression_words.source(study, 0)),
        compression_words.panel_alt(panel.axis, study, told.pck),
        words.COMPRESSED,
        _rows([compression_words.point(study, one) for one in study.points], Estimate(*parts), number),
        compression_words.how_to_read(study, 0),
    )
    said = compression_words.shown(study, told)
    return _section(bundle, title, said, picture, (), (name,))


def phone(bundle: Bundle) -> Section:
    """How long networks took on phones."""
    title, name = "Phone", phone_results.NAME
    try:
        timed = phone_results.load_phone_study(bundle)
    except BundleError as error:
        return _absent(bundle, title, name, error)
    columns = times.columns(timed)
    rows = [tuple(map(str, row)) for row in zip(*columns.values(), strict=True)]
    source = words.source(bundle, (name,))
    return Section(
        title, phone_words.INTRO, table=Table(list(columns), rows, phone_words.MEASURED), source=source
    )


class Page(NamedTuple):
    """title: in the dashboard's navigation. show: what the report tells of it."""

    title: str
    show: Callable[[Bundle], Section | Sequence[Section]]


PAGES: Final = (
    Page("Overview", overview),
    Page("Skip lab", skip_lab),
    Page("Latent map", latent_map),
    Page("Clusters", clusters),
    Page("PC walk", pc_walk),
    Page("Causes", causes),
    Page("Compression", compression),
    Page("Compare", compare),
    Page("Compare with other bundles", pairs),
    Page("Phone", phone),
)
"""In the order of the navigation. Claims and Ledger are parts of the report by themselves."""


def _section(
    bundle: Bundle,
    title: str,
    said: Said | None,
    picture: Picture | None,
    missing: Sequence[str],
    names: Sequence[str],
) -> Section:
    """names: of the studies that it may rest on."""
    sentence, verdict = ("", None) if said is None else (shown_here.sentence(*said), said[1])
    source = words.source(bundle, names)
    return Section(title, sentence, verdict, picture, missing=tuple(missing), source=source)


def _absent(bundle: Bundle, title: str, name: str, error: BundleError) -> Section:
    return Section(title, missing=(words.missing_study(bundle, name, error),))


def _without_control(bundle: Bundle) -> list[str]:
    """What is missing where nobody asked networks that never learned."""
    return [] if untrained.reference(bundle) is not None else [untrained.missing(bundle)]


def _rows(names: Sequence[str], found: Estimate, write: Callable[[float], str]) -> list[Row]:
    """A row per name, of an estimate of as many; or of one."""
    parts = (np.atleast_1d(part).tolist() for part in found)
    return [
        Row.of(name, mean, low, high, int(n), write)
        for name, mean, low, high, n in zip(names, *parts, strict=True)
    ]


def _two(value: float) -> str:
    return number(value, 2)
