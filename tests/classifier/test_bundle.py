"""The bundle on disk: what is read is what was written, whole or not at all."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from classifier.authority import Authority
from classifier.bundle import FORMAT, Bundle, file_hash, load
from classifier.calibration import CalibrationCases
from classifier.errors import BundleError
from classifier.models.base import TextModel
from classifier.models.linear import LinearModel
from classifier.policy import ALWAYS, Policy, choose_limits
from classifier.settings import Settings

TEXTS = ("lampu jalan padam", "kartu keluarga hilang", "")
Write = Callable[[Bundle, Path], Path]


# -- what is read is what was written


def test_what_is_loaded_is_what_was_saved(made: Bundle, pristine: Path) -> None:
    loaded = load(pristine)
    assert loaded.name == "tiny"
    assert loaded.labels == made.labels
    assert (loaded.counts, loaded.desks) == (made.counts, made.desks)
    assert (loaded.schemes, loaded.categories) == (made.schemes, made.categories)
    assert (loaded.settings, loaded.metrics) == (made.settings, made.metrics)
    assert (loaded.rules, loaded.rule_counts) == (made.rules, made.rule_counts)
    assert loaded.calibration.to_row() == made.calibration.to_row()
    assert loaded.registry.to_row() == made.registry.to_row()
    for name, values in made.model.scores(TEXTS).items():
        found = loaded.model.scores(TEXTS)[name]
        np.testing.assert_allclose(found, values, rtol=0, atol=1e-5)


def test_settings_of_regencies_survive(made: Bundle, write: Write, tmp_path: Path) -> None:
    settings = replace(made.settings, local={"35.78": (4.0, 0.3)})
    out = write(replace(made, settings=settings), tmp_path / "b")
    assert tuple(load(out).settings.local["35.78"]) == (4.0, 0.3)


def test_what_groups_of_cases_have_proven_survives(made: Bundle, pristine: Path) -> None:
    row = json.loads((pristine / "decision.json").read_text(encoding="utf-8"))
    assert Settings.from_row(row) == made.settings
    assert load(pristine).settings.proofs["33.74"].shortlist["0.95"]["jalan"] == 0.05


def test_a_loaded_bundle_decides_as_the_one_that_was_saved(made: Bundle, pristine: Path) -> None:
    policy = Policy(target=0.2, mandates={"jalan": ALWAYS})
    limits = choose_limits(made.calibration, policy, made.settings.target)
    loaded = load(pristine)
    assert choose_limits(loaded.calibration, policy, loaded.settings.target) == limits
    assert set(limits) == {"33.74", "open"}


def test_the_rules_of_a_bundle_find_what_the_tables_rules_find(
    made: Bundle, pristine: Path
) -> None:
    said = made.rules[0].speaks[0]
    for bundle in (made, load(pristine)):
        matches = Authority(bundle.rules, bundle.rule_counts, bundle.registry.mandates).find(said)
        assert made.rules[0] in [match.rule for match in matches]


def test_earlier_cases_survive(made: Bundle, pristine: Path) -> None:
    loaded = load(pristine)
    assert made.cases is not None
    assert loaded.cases is not None
    assert isinstance(loaded.model, LinearModel)
    row = loaded.model.featuriser.row("kartu hilang")
    assert loaded.cases.nearest(*row) == made.cases.nearest(*row)
    assert loaded.cases.case(1) == made.cases.case(1)


def test_a_bundle_may_lack_cases(made: Bundle, write: Write, tmp_path: Path) -> None:
    bare = replace(made, cases=None, rules=(), rule_counts={}, calibration=CalibrationCases.none())
    out = write(bare, tmp_path / "b")
    loaded = load(out)
    assert (loaded.cases, loaded.rules, len(loaded.calibration)) == (None, (), 0)
    assert not (out / "cases").exists()


def test_the_manifest_tells_what_the_folder_holds(pristine: Path) -> None:
    manifest = json.loads((pristine / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["format"], manifest["name"], manifest["seed"]) == (FORMAT, "tiny", 7)
    found = {str(path.relative_to(pristine)) for path in pristine.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == found - {"manifest.json"}
    for name, facts in manifest["files"].items():
        assert facts == {
            "size": (pristine / name).stat().st_size,
            "sha256": file_hash(pristine / name),
        }


# -- writing


def test_saving_refuses_an_existing_folder_and_leaves_it(
    made: Bundle, write: Write, tmp_path: Path
) -> None:
    out = tmp_path / "there"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    with pytest.raises(BundleError, match=r"there exists already.*--out"):
        write(made, out)
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    assert (out / "notes.txt").read_text() == "mine"


def test_saving_leaves_nothing_but_the_folder(made: Bundle, write: Write, tmp_path: Path) -> None:
    assert write(made, tmp_path / "b") == tmp_path / "b"
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


class FullDisk:
    """A text model that writes half of itself."""

    def __init__(self, model: TextModel) -> None:
        self.scores = model.scores

    def save(self, folder: Path) -> None:
        (folder / "half.json").write_text("{")
        raise OSError(28, "No space left on device")


def test_what_was_half_written_is_never_the_bundle(
    made: Bundle, write: Write, tmp_path: Path
) -> None:
    out = tmp_path / "b"
    with pytest.raises(OSError, match="No space"):
        write(replace(made, model=FullDisk(made.model)), out)
    assert not out.exists()
    write(made, out)
    assert load(out).name == "tiny"
    assert not list(out.rglob("half.json"))
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_saving_makes_the_folders_above(made: Bundle, write: Write, tmp_path: Path) -> None:
    assert load(write(made, tmp_path / "new" / "deep" / "b")).name == "tiny"


def test_the_same_bundle_is_written_in_the_same_bytes(
    made: Bundle, write: Write, tmp_path: Path
) -> None:
    first, second = write(made, tmp_path / "a"), write(made, tmp_path / "b")
    for path in sorted(path for path in first.rglob("*") if path.is_file()):
        assert path.read_bytes() == (second / path.relative_to(first)).read_bytes()


# -- the trained bundle


def test_a_trained_bundle_says_how_it_was_made(bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    assert {"format", "name", "backend", "created_at", "seed", "config", "versions"} <= set(
        manifest
    )
    assert manifest["config"]["min_count"] == 3
    card = (bundle / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert manifest["created_at"] in card


def test_a_bundle_holds_only_plain_data(bundle: Path) -> None:
    """JSON, Markdown and safetensors: nothing that runs when it is read."""
    seen = set()
    for path in sorted(path for path in bundle.rglob("*") if path.is_file()):
        seen.add(path.suffix)
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        elif path.suffix == ".jsonl":
            for line in path.read_text(encoding="utf-8").splitlines():
                json.loads(line)
        elif path.suffix == ".safetensors":
            assert load_file(path)
        else:
            assert path.suffix == ".md"
            path.read_text(encoding="utf-8")
    assert seen == {".json", ".jsonl", ".md", ".safetensors"}
