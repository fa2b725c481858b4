"""The report: every part is there, its figures are the stored studies', and nothing in it can do harm."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle, with_history
from markupsafe import escape
from opening import PAGES as SHOWN
from opening import open_page
from planted_claims import result_of
from planted_compression import plant_compression
from reading import figures, numbers
from written import Written, claimed, plain, write

from dashboard.claims import words as claim_words
from dashboard.compression import words as compression_words
from dashboard.ledger import words as ledger_words
from dashboard.overview import words as overview_words
from dashboard.phone import words as phone_words
from dashboard.report import own_claims, pages, words
from dashboard.report.content import Row
from dashboard.report.html import rich_line
from dashboard.report.making import make_report
from dashboard.report.own_claims import MOST
from dashboard.report.pages import PAGES
from dashboard.shared import glossary
from dashboard.shared.numbers import points
from dashboard.shared.shown_here import BEGINS
from posecore.bundle import Bundle, open_bundle
from posecore.bundle.manifest import MANIFEST
from posecore.bundle.studies import study_command
from posecore.ledger.claim import LONGEST, LONGEST_NAME, make_claim
from posecore.ledger.file import Ledger, read_ledger
from posecore.ledger.kinds import Known
from posecore.statistics import Estimate, bootstrap
from posecore.studies.causes.results import load_cause_study
from posecore.studies.causes.summary import matrix
from posecore.studies.clusters.results import load_cluster_study
from posecore.studies.compression import summary as compression_summary
from posecore.studies.compression.results import load_compression_study
from posecore.studies.networks.results import load_networks_study
from posecore.studies.networks.summary import summarise
from posecore.studies.phone.results import Timed, write_phone_study
from posecore.studies.skips.results import load_skip_study
from posecore.studies.skips.summary import summarise as summarise_skips
from posecore.theses.judging import judge
from posecore.theses.table import CLAIMS
from posecore.verdict import Verdict
from scripts import report as script

SHIPPED = Path(__file__).parents[3] / "artifacts"
DRAWN = ("Overview", "Skip lab", "Latent map", "PC walk", "Causes", "Compare")
PARTS_OF_THEIR_OWN = {"Claims": "claims", "Ledger": "ledger"}
"""Pages that are no rows of the report's table, but whole parts of it."""
HARM = "<script>alert(1)</script><img src=http://evil.test/x onerror=alert(2)>"


def test_it_holds_every_part_in_order(whole: Written, studied: Bundle) -> None:
    assert list(whole.parts) == list(words.PARTS)
    assert "fake people" in whole.part("network") and studied.manifest.name in whole.part("network")
    assert "0.540" in whole.part("scores") and "95 % interval" in whole.part("scores")
    assert set(whole.figures) == {*DRAWN, words.beside("twin")}
    # A sentence with its verdict for each, and for Clusters, of which so few people tell nothing to draw.
    assert whole.part("pages").count(BEGINS) == len(whole.figures) + 1
    assert whole.part("pages").count("Source: the stored") == len(whole.figures) + 1
    assert words.NO_LEDGER in whole.part("ledger")
    assert "cannot be noticed" in whole.part("ledger")
    assert "wrote all lines anew from a changed one on, hashes and all" in whole.part("ledger")
    assert "numpy " + np.__version__ in whole.part("again")
    assert f"--bundle {studied.path} --out report.html" in whole.part("again")
    assert study_command(studied, "clusters") in whole.part("again")


def test_every_page_of_the_dashboard_has_its_place() -> None:
    told = [page.title for page in PAGES if page.show is not pages.pairs]
    assert told == [row.title for row in SHOWN if row.title not in PARTS_OF_THEIR_OWN]
    assert set(PARTS_OF_THEIR_OWN.values()) <= set(words.PARTS)


def test_every_figure_has_a_text_for_who_does_not_see_it(whole: Written) -> None:
    assert whole.alts.keys() == whole.figures.keys() and all(whole.alts.values())
    assert len(set(whole.alts.values())) == len(whole.alts)


def test_every_word_that_it_uses_is_explained(whole: Written) -> None:
    told = " ".join(whole.part(name) for name in words.PARTS if name != "words")
    used = glossary.used_in(told)
    assert {"PCK", "Component", "Shapley value", "Skip connection"} <= set(used)
    assert [name for name in used if glossary.TERMS[name].says not in whole.part("words")] == []


def test_the_claims_are_judged_as_on_their_page(whole: Written, studied: Bundle) -> None:
    said = whole.part("claims")
    outcomes = judge(studied)
    assert plain(claim_words.counts(outcomes)) in said
    assert all(claim.statement in said and plain(claim.measured) in said for claim in CLAIMS)
    found = [one.finding for one in outcomes if one.finding is not None]
    assert len(found) > 5
    for finding in found:
        effect = plain(claim_words.effect(finding)).replace("\u00a0", " ")
        assert effect in said and f"{claim_words.CHANGE}. {plain(finding.change)}" in said
    assert {one.verdict for one in outcomes} >= {Verdict.HOLDS, Verdict.UNKNOWN, None}
    # A figure of the thesis is of other data, and what was not computed has a line with its command.
    figures_of_theirs = [plain(claim_words.figure(claim)) for claim in CLAIMS if claim.figure]
    assert all(said.count(one) == 1 for one in figures_of_theirs)
    assert said.lower().count("directions are compared") == len(figures_of_theirs) > 5
    lacking = [one for one in outcomes if one.verdict is None]
    assert all(plain(claim_words.missing(one)) in said for one in lacking)
    waits = plain(claim_words.not_stored(sorted({made for one in lacking for made in one.commands})))
    assert waits in said and "--bottleneck-channels 4" in waits and "Cannot be told:" not in said


def estimates(figure: dict, trace: int) -> np.ndarray:
    """(3, R) mean, low and high of a trace with whiskers."""
    drawn = figure["data"][trace]
    way = "x" if "error_x" in drawn else "y"
    mean, error = numbers(drawn[way]), drawn[f"error_{way}"]
    return np.stack([mean, mean - numbers(error["arrayminus"]), mean + numbers(error["array"])])


def row_of(name: str, found: Estimate, place: int, write: Callable[[float], str]) -> str:
    """A row of a table, as the report has to have it."""
    mean, low, high, n = (part[place] for part in found)
    return f"{name} {write(mean)} {write(low)} to {write(high)} {int(n):,}"


def test_the_overview_s_curves_are_the_page_s(
    whole: Written, studied: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(monkeypatch, studied.path.parent, "overview", bundle=studied.path.name)
    own, told = figures(page)[0], whole.figures["Overview"]
    assert [line["y"] for line in told["data"]] == [line["y"] for line in own["data"]]
    assert told["layout"]["shapes"] == own["layout"]["shapes"] and len(told["layout"]["shapes"]) == 4
    # The third of four epochs is kept; nobody stored an interval, nor how many validation people there were.
    assert "After epoch 3, whose weights are kept value 95 % interval n all skips 0.450 – –" in whole.part(
        "pages"
    )


def test_of_a_training_without_scores_there_are_losses_and_without_a_record_a_line(tmp_path: Path) -> None:
    path = make_fake_bundle(tmp_path / "one", 12, training={"validated_on": {"name": "a", "people": 1234}})
    with_history(path, [{"epoch": 1, "val_loss": 0.5}, {"epoch": 2, "val_loss": 0.25}])
    shown = pages.overview(open_bundle(path)).picture
    # Epoch 3, of which there is no record, is said to be kept.
    assert shown is not None and shown.rows == [Row("validation", "0.250", "–", "1,234")]
    assert shown.measured == "After epoch 2, the last one recorded"
    with_history(path, [])
    nothing = pages.overview(open_bundle(path))
    assert nothing.picture is None and overview_words.NO_EPOCHS in nothing.missing


def test_what_phones_took_is_told_or_the_command_that_keeps_it(tmp_path: Path) -> None:
    path = make_fake_bundle(tmp_path / "one", 12)
    bare = pages.phone(open_bundle(path))
    assert bare.table is None and study_command(open_bundle(path), "phone") in bare.missing[0]
    times = np.arange(1.0, 32)
    timed = [
        Timed("mine.json", f"x{HARM}", 2, name, "float32", "ab", 8, 8, times * factor)
        for name, factor in (("one", 1), ("small", 0.5))
    ]
    write_phone_study(open_bundle(path), timed)
    said = write(path, tmp_path / "report.html")
    assert (
        f"phone threads network runs median, ms 95 % within, ms browser mine 2 one 31 16 30 x{HARM} mine 2 "
        in (said.part("pages"))
    )
    assert "small 31 8 15" in said.part("pages") and phone_words.MEASURED in said.part("pages")
    assert "Source: the stored study phone" in said.part("pages") and said.tags["img"] == 0


def test_what_skips_carry_is_the_stored_study_s(whole: Written, studied: Bundle) -> None:
    study = load_skip_study(studied)
    source = whole.figures["Skip lab"]["layout"]["title"]["text"]
    assert f"n = {len(study.sample_ids)} of" in source.replace("<br>", " ")
    for trace, name in enumerate(study.replacements):
        share = summarise_skips(study, name).shapley
        expected = np.stack([100 * part for part in share[:3]])
        np.testing.assert_allclose(estimates(whole.figures["Skip lab"], trace), expected, atol=1e-9)
        assert row_of(f"16 × 16, {name}", share, 2, points) in whole.part("pages")


def test_valleys_are_the_stored_study_s() -> None:
    """Of the bundle that ships, as it takes hundreds of people to tell."""
    bundle = open_bundle(SHIPPED / "demo")
    shown, evidence = pages.clusters(bundle), load_cluster_study(bundle).evidence
    assert evidence is not None and shown.picture is not None
    figure, test = json.loads(shown.picture.figure.to_json()), evidence.density
    assert f"n = {evidence.people:,} rendered people" in figure["layout"]["title"]["text"]
    place = next(k for k, one in enumerate(figure["data"]) if one.get("name") == "these people")
    expected = np.stack([test.valley, test.low, test.high])
    np.testing.assert_allclose(estimates(figure, place), expected, atol=1e-6)
    found = Estimate(test.valley, test.low, test.high, np.full(len(test.ks), evidence.people))
    rows = [" ".join(row) for row in shown.picture.rows]
    two = [row_of(f"K = {k}", found, at, lambda value: f"{value:.2f}") for at, k in enumerate(test.ks)]
    assert rows == two and len(rows) == 9


def test_causes_and_networks_are_the_stored_studies(whole: Written, studied: Bundle) -> None:
    found, said = matrix(load_cause_study(studied), 0), whole.part("pages")
    turn = found.causes.index("turn")
    n = np.full(found.absolute.mean.shape[1], found.people[turn])
    far = Estimate(*(part[turn] for part in found.absolute[:3]), n)
    assert row_of("turn of the body: component 1", far, 0, lambda value: f"{value:.2f}") in said
    study = load_networks_study(studied)
    pck = summarise(study, study.data[0]).pck.one
    for place, network in enumerate(study.networks):
        assert row_of(network.name, pck, place, lambda value: f"{value:.3f}") in said
    assert f"n = {study.data[0].people}" in whole.figures["Compare"]["layout"]["title"]["text"]


def test_compressed_networks_are_the_stored_study_s(tmp_path: Path) -> None:
    path = make_fake_bundle(tmp_path / "one", people=6, channels=32, annotations=True, pictures=True)
    plant_compression(path)
    found = pages.compression(open_bundle(path))
    study = load_compression_study(open_bundle(path))
    assert found.picture is not None and found.verdict == Verdict.HOLDS and "compression" in found.source
    scores = compression_summary.pck(study, 0)
    names = [compression_words.point(study, one) for one in study.points]
    expected = [
        Row(name, f"{one.mean:.3f}", f"{one.low:.3f} to {one.high:.3f}", f"{one.n:,}")
        for name, one in zip(names, scores, strict=True)
    ]
    assert list(found.picture.rows) == expected
    assert f"n = {study.data[0].people}" in found.picture.figure.layout.title.text


def test_the_bundle_s_people_are_scored_with_an_interval(whole: Written, studied: Bundle) -> None:
    found = bootstrap(studied.samples["pck"].to_numpy(float)[:, None])
    row = row_of(words.OF_THESE, found, 0, lambda value: f"{value:.3f}")
    assert row in whole.part("scores")


def test_it_is_small_and_asks_nobody_for_anything(whole: Written) -> None:
    assert whole.path.stat().st_size < 6_000_000
    assert all(address.startswith("#") for address in whole.addresses)
    assert whole.tags["script"] == 3 and whole.tags["link"] == 0 and whole.tags["img"] == 0
    assert "default-src 'none'" in whole.html and "url(" not in whole.html.partition("<body>")[0]


def test_a_page_without_its_study_is_a_line_with_the_command(tmp_path: Path) -> None:
    path = make_fake_bundle(tmp_path / "bare", 12, annotations=True)
    bare = write(path, tmp_path / "report.html")
    said, bundle = bare.part("pages"), open_bundle(path)
    assert all(page.title in said for page in PAGES if page.show is not pages.pairs)
    for study in ("skips", "clusters", "causes", "networks", "compression", "control", "phone"):
        assert study_command(bundle, study) in said
    # Components are computed without a study; without networks that never learned nothing is a verdict.
    assert set(bare.figures) == {"Overview", "Latent map", "PC walk"}
    assert f": {Verdict.HOLDS}." not in said and f": {Verdict.DOES_NOT}." not in said


def test_what_users_wrote_is_shown_as_text(studied: Bundle, tmp_path: Path) -> None:
    path = shutil.copytree(studied.path, tmp_path / "bundle")
    manifest = json.loads((path / MANIFEST).read_text())
    manifest["name"], manifest["dataset"]["name"] = f"x{HARM}", f"d{HARM}"
    (path / MANIFEST).write_text(json.dumps(manifest))
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.seal(claimed(studied, f"**mine** {HARM}"))
    found = write(path, tmp_path / "report.html", ledger.path)
    assert found.tags["script"] == 3 and found.tags["img"] == 0 and not found.handlers
    assert f"x{HARM}" in found.part("network")
    # As it was written: what pages mean by stars is theirs alone.
    assert f"**mine** {HARM}" in found.part("ledger")
    drawn = found.html.partition("application/json")[2].partition(">")[2].partition("</script>")[0]
    assert "evil.test" in drawn and "<" not in drawn


def test_marks_are_made_of_what_is_escaped() -> None:
    assert rich_line("**a<b>** *c* `d*e*`") == "<strong>a&lt;b&gt;</strong> <em>c</em> <code>d*e*</code>"


def test_a_ledger_is_told_with_verdicts_and_what_is_wrong_with_it(studied: Bundle, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "own.jsonl")
    first, second, _ = (ledger.seal(claimed(studied, f"Claim of {place}", place)) for place in (1, 2, 3))
    ledger.record(result_of(first))
    ledger.record(result_of(second, verdict="does not hold", effect=0.1, low=0.0, high=0.2))
    lines = ledger.path.read_text().splitlines()
    lines[2] = lines[2].replace("Claim of 3", "Claim of 4")
    ledger.path.write_text("\n".join(lines) + "\n")
    said = write(studied.path, tmp_path / "report.html", ledger.path).part("ledger")
    assert "holds “" not in said and "Claim of 1" in said and "Claim of 3" not in said
    for claim, result in ledger.read().results.items():
        assert plain(ledger_words.outcome(ledger.read().claims[claim], result)) in said
    assert "✓ holds" in said and "✗ does not hold" in said
    assert "Line 3 was changed after it was written" in said
    assert ledger_words.OTHER_STATE not in said


def test_a_ledger_of_a_damaged_line_alone_is_told(studied: Bundle, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "own.jsonl")
    ledger.seal(claimed(studied, "Claim of 1"))
    ledger.path.write_text(ledger.path.read_text().replace("Claim of 1", "Claim of 2"))
    entries = read_ledger(ledger.path)
    assert not entries.claims and entries.problems == own_claims.read_any(ledger.path).problems
    (problem,) = entries.problems
    assert problem.startswith("Line 1 was changed after it was written")


def test_of_a_file_that_is_no_ledger_a_report_can_say_so(
    studied: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As that of the Overview does, where nobody named the file."""
    monkeypatch.setenv("POSE_ARTIFACTS", "")
    path, out = tmp_path / "own.jsonl", tmp_path / "report.html"
    path.write_text(f"{HARM}\n")
    given = ["--bundle", str(studied.path), "--ledger", str(path), "--out", str(out)]
    assert script.main([*given, "--any-ledger"]) == 0
    said = Written(out).part("ledger")
    assert f"{path}: holds no line of a ledger" in said and "evil.test" not in said


def test_what_a_file_holds_is_shown_as_text(studied: Bundle, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "own.jsonl")
    claim = claimed(studied, "I say so.")
    sealed = ledger.seal(replace(claim, parameters={**claim.parameters, "attribute": "`a` **b**"}))
    ledger.record(result_of(sealed, source="held-out people of *a* `b`"))
    said = write(studied.path, tmp_path / "report.html", ledger.path).part("ledger")
    assert "attribute '`a` **b**': is not known" in said
    assert "Tested on held-out people of *a* `b`." in said


def test_another_network_in_the_place_of_the_other_is_told(studied: Bundle, tmp_path: Path) -> None:
    for name in (studied.path.name, "twin"):
        shutil.copytree(studied.path.with_name(name), tmp_path / name)
    bundle = open_bundle(tmp_path / studied.path.name)
    entries = Ledger(tmp_path / "none").read()
    given = {"beside": "twin", "joints": "all joints"}
    entries.claims["a"] = make_claim(Known(bundle), "networks", given, "More.")
    (before,) = own_claims.kept(bundle, tmp_path / "ledger.jsonl", entries).entries
    shutil.rmtree(tmp_path / "twin")
    make_fake_bundle(tmp_path / "twin", 24, seed=7)
    (after,) = own_claims.kept(bundle, tmp_path / "ledger.jsonl", entries).entries
    assert ledger_words.OTHER_STATE not in before.lines and ledger_words.OTHER_STATE in after.lines


def test_a_long_ledger_leaves_the_file_small(studied: Bundle, tmp_path: Path) -> None:
    one = claimed(studied, '"' * LONGEST)  # as HTML five times as long
    claims = {str(number): replace(one, number=number) for number in range(1, MOST + 4)}
    entries = Ledger(tmp_path / "none").read()
    entries.claims.update(claims)
    entries.results.update(dict.fromkeys(claims, result_of(one, source='"' * LONGEST_NAME, left_out=1)))
    found = own_claims.kept(studied, tmp_path / "ledger.jsonl", entries)
    assert [entry.number for entry in found.entries] == list(range(4, MOST + 4))
    assert list(found.more) == [words.left_out(3, "claims")]
    texts = [text for one in found.entries for text in (one.text, one.statement, one.source, *one.lines)]
    # What the report of the shipped bundle leaves of 6 MB.
    assert sum(len(escape(text)) for text in texts) < 500_000


WRONG = (
    *("no bundle", "no ledger", "a folder as a ledger", "no ledger's line"),
    *("out is a folder", "out lies in a file"),
)


def wrong(tmp_path: Path, studied: Bundle) -> dict[str, list[str]]:
    """Arguments that name something that is not there or cannot be."""
    (tmp_path / "text").write_text("no ledger\n")
    (tmp_path / "folder").mkdir()
    bundle, out = ["--bundle", str(studied.path)], ["--out", str(tmp_path / "out.html")]
    return {
        "no bundle": ["--bundle", str(tmp_path / "none"), *out],
        "no ledger": [*bundle, *out, "--ledger", str(tmp_path / "none")],
        "a folder as a ledger": [*bundle, *out, "--ledger", str(tmp_path / "folder")],
        "no ledger's line": [*bundle, *out, "--ledger", str(tmp_path / "text")],
        "out is a folder": [*bundle, "--out", str(tmp_path / "folder")],
        "out lies in a file": [*bundle, "--out", str(tmp_path / "text" / "report.html")],
    }


@pytest.mark.parametrize("case", WRONG)
def test_bad_input_is_one_line_and_status_2(
    case: str,
    studied: Bundle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("POSE_ARTIFACTS", "")
    arguments = wrong(tmp_path, studied)[case]
    assert script.main(arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ") and told.count("\n") == 1 and ";" in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "text"]


def test_a_report_that_fails_leaves_the_one_before(
    studied: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSE_ARTIFACTS", "")
    out = tmp_path / "report.html"
    out.write_text("before")

    def fails(*_: object) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        make_report(studied.path, None, out, fails)
    assert out.read_text() == "before" and [path.name for path in tmp_path.iterdir()] == ["report.html"]
