"""What pages know of networks that never learned."""

import json
from collections import Counter
from pathlib import Path

import pytest
from fake_bundle import make_fake_bundle

from dashboard.shared import untrained
from posecore.bundle import Bundle, open_bundle, studies
from posecore.bundle.manifest import MANIFEST
from posecore.bundle.studies import study_folder, write_study
from posecore.studies.control import results

COMMAND = "scripts/control_study.py --bundle"


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return open_bundle(make_fake_bundle(tmp_path / "fake", 12))


@pytest.fixture
def read(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the study was opened."""
    seen: Counter[str] = Counter()
    inner = studies._read

    def listen(asked, name, folder):
        seen[name] += asked is bundle
        return inner(asked, name, folder)

    monkeypatch.setattr(studies, "_read", listen)
    return seen


def written(bundle: Bundle) -> Path:
    """The manifest of a study of which nothing but that is as it should be."""
    partial = study_folder(bundle, results.NAME).with_name(".partial")
    partial.mkdir(parents=True)
    (partial / results.FILE).write_bytes(b"no arrays")
    return write_study(bundle, results.NAME, partial, {}).path / MANIFEST


def test_the_name_is_that_of_the_study() -> None:
    assert untrained.NAME == results.NAME


def test_without_a_study_the_command_is_named_and_nothing_read(bundle: Bundle, read: Counter[str]) -> None:
    assert untrained.reference(bundle) is None
    line = untrained.missing(bundle)
    assert COMMAND in line and "\n" not in line
    assert not +read


def test_a_broken_study_is_no_reference_and_read_once(bundle: Bundle, read: Counter[str]) -> None:
    manifest = written(bundle)
    read.clear()
    for _ in range(3):
        assert untrained.reference(bundle) is None
        assert "results.npz is not readable" in untrained.missing(bundle)
    assert COMMAND in untrained.missing(bundle) and "\n" not in untrained.missing(bundle)
    assert read[results.NAME] <= 1
    values = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(values | {"weights": "others"}))
    assert "was made with other weights" in untrained.missing(bundle)


def test_a_study_is_read_once_and_a_new_one_anew(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = written(bundle)
    monkeypatch.setattr(results, "load_control_study", lambda bundle: object())
    first = untrained.reference(bundle)
    assert first is not None and untrained.reference(bundle) is first
    values = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(values | {"created": "2026-01-02T03:04:06+00:00"}))
    assert untrained.reference(bundle) not in (None, first)
