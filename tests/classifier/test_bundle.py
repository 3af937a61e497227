"""The bundle on disk: written whole or not at all, read whole or refused."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from classifier.bundle import FORMAT, Bundle, file_hash, load, save
from classifier.decision import Settings
from classifier.desks import Desks
from classifier.errors import BundleError
from classifier.features import build
from classifier.jurisdiction import Counts
from classifier.models.base import TextModel
from classifier.models.linear import Head, LinearModel
from data.errors import PintuError
from data.registry.registry import Registry
from data.registry.units import Unit

TEXTS = ("lampu jalan padam", "kartu keluarga hilang", "sampah menumpuk di pasar")
LABELS = {
    "mandate": ["jalan", "kependudukan", "persampahan"],
    "level": ["nation", "province", "regency", "district", "village"],
    "kind": ["complaint", "aspiration", "information", "none"],
    "category": ["Jalan", "KTP"],
}
UNIT = Unit("33.74/desk:balai", "Balai", "Pemkot", "desk:balai", "33.74", ("desk:balai",))


def tiny_model() -> TextModel:
    featuriser = build(TEXTS, min_count=1)
    random = np.random.default_rng(3)
    heads = {
        name: Head(
            random.normal(size=(featuriser.columns, len(labels))).astype(np.float16),
            random.normal(size=len(labels)).astype(np.float32),
        )
        for name, labels in LABELS.items()
    }
    return LinearModel(featuriser, heads)


@pytest.fixture(scope="module")
def made(registry: Registry) -> Bundle:
    """A bundle with random weights."""
    return Bundle(
        name="tiny",
        model=tiny_model(),
        labels=LABELS,
        registry=registry,
        counts=Counts(evidence={"1,0,0": [3, 4]}, nowhere={"jalan": {"33.74": 2.0}}),
        desks=Desks(units={UNIT.unit_id: UNIT}, own={"desk:balai": UNIT.unit_id}),
        settings=Settings(temperature=5.0, threshold=0.8, split="some"),
        schemes={"": ["Jalan", "KTP"], "33.74": ["KTP"]},
        categories={"jalan": {"Jalan": 4.0}},
        manifest={"backend": "linear", "seed": 7},
        metrics={"cases": 3},
    )


def write(made: Bundle, out: Path) -> Path:
    return save(made, out, probes=[*TEXTS, ""], card="# tiny\n")


@pytest.fixture(scope="module")
def pristine(made: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(made, tmp_path_factory.mktemp("tiny") / "tiny")


@pytest.fixture
def folder(pristine: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(pristine, tmp_path / "copy"))


def manifest_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def edit(path: Path, change: Callable[[Any], Any]) -> None:
    row = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(change(row)), encoding="utf-8")


def sign(folder: Path) -> None:
    """Bring the manifest's sizes and hashes up to what lies there: only the content is wrong."""
    files = {
        name: {"size": (folder / name).stat().st_size, "sha256": file_hash(folder / name)}
        for name in manifest_of(folder)["files"]
    }
    edit(folder / "manifest.json", lambda row: row | {"files": files})


# -- what is read is what was written


def test_what_is_loaded_is_what_was_saved(made: Bundle, pristine: Path) -> None:
    loaded = load(pristine)
    assert loaded.name == "tiny"
    assert loaded.labels == LABELS
    assert (loaded.counts, loaded.desks) == (made.counts, made.desks)
    assert (loaded.schemes, loaded.categories) == (made.schemes, made.categories)
    assert (loaded.settings, loaded.metrics) == (made.settings, made.metrics)
    assert loaded.registry.to_row() == made.registry.to_row()
    for name, values in made.model.scores(TEXTS).items():
        found = loaded.model.scores(TEXTS)[name]
        np.testing.assert_allclose(found, values, rtol=0, atol=1e-5)


def test_settings_of_regencies_survive(made: Bundle, tmp_path: Path) -> None:
    settings = replace(made.settings, local={"35.78": (4.0, 0.3)})
    out = write(replace(made, settings=settings), tmp_path / "b")
    assert tuple(load(out).settings.local["35.78"]) == (4.0, 0.3)


def test_the_manifest_tells_what_the_folder_holds(pristine: Path) -> None:
    manifest = manifest_of(pristine)
    assert (manifest["format"], manifest["name"], manifest["seed"]) == (FORMAT, "tiny", 7)
    found = {str(path.relative_to(pristine)) for path in pristine.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == found - {"manifest.json"}
    for name, facts in manifest["files"].items():
        assert facts == {
            "size": (pristine / name).stat().st_size,
            "sha256": file_hash(pristine / name),
        }


# -- writing


def test_saving_refuses_an_existing_folder_and_leaves_it(made: Bundle, tmp_path: Path) -> None:
    out = tmp_path / "there"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    with pytest.raises(BundleError, match=r"there exists already.*--out"):
        write(made, out)
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    assert (out / "notes.txt").read_text() == "mine"


def test_saving_leaves_nothing_but_the_folder(made: Bundle, tmp_path: Path) -> None:
    assert write(made, tmp_path / "b") == tmp_path / "b"
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


class FullDisk:
    """A text model that writes half of itself."""

    def __init__(self, model: TextModel) -> None:
        self.scores = model.scores

    def save(self, folder: Path) -> None:
        (folder / "half.json").write_text("{")
        raise OSError(28, "No space left on device")


def test_what_was_half_written_is_never_the_bundle(made: Bundle, tmp_path: Path) -> None:
    out = tmp_path / "b"
    with pytest.raises(OSError, match="No space"):
        write(replace(made, model=FullDisk(made.model)), out)
    assert not out.exists()
    write(made, out)
    assert load(out).name == "tiny"
    assert not list(out.rglob("half.json"))
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_saving_makes_the_folders_above(made: Bundle, tmp_path: Path) -> None:
    assert load(write(made, tmp_path / "new" / "deep" / "b")).name == "tiny"


def test_the_same_bundle_is_written_in_the_same_bytes(made: Bundle, tmp_path: Path) -> None:
    first, second = write(made, tmp_path / "a"), write(made, tmp_path / "b")
    for path in sorted(path for path in first.rglob("*") if path.is_file()):
        assert path.read_bytes() == (second / path.relative_to(first)).read_bytes()


# -- reading what is damaged


def test_every_damaged_file_is_named(folder: Path) -> None:
    for name in manifest_of(folder)["files"]:
        path = folder / name
        whole = path.read_bytes()
        flipped = whole[:-2] + bytes([whole[-2] ^ 1]) + whole[-1:]
        for damaged in (flipped, whole[:-1], whole + b" ", b""):
            path.write_bytes(damaged)
            with pytest.raises(BundleError, match=rf"{name}.*copy the bundle again"):
                load(folder)
        path.write_bytes(whole)
    assert load(folder).name == "tiny"


def test_every_missing_file_is_named(folder: Path) -> None:
    for name in manifest_of(folder)["files"]:
        path = folder / name
        moved = path.rename(folder.parent / "moved")
        with pytest.raises(BundleError, match=rf"{name} is missing"):
            load(folder)
        moved.rename(path)


def test_a_file_that_the_manifest_does_not_list_is_missed_too(folder: Path) -> None:
    for name in ("labels.json", "desks.json", "registry.json", "probes.jsonl"):
        path = folder / name
        whole, before = path.read_bytes(), (folder / "manifest.json").read_bytes()
        path.unlink()

        def unlist(row: Any, name: str = name) -> Any:
            return row | {"files": {k: v for k, v in row["files"].items() if k != name}}

        edit(folder / "manifest.json", unlist)
        with pytest.raises(BundleError, match=name):
            load(folder)
        path.write_bytes(whole)
        (folder / "manifest.json").write_bytes(before)


def test_wrong_content_under_a_right_hash_is_a_bundle_error(folder: Path) -> None:
    """A fault of whoever made the bundle, or of another version: never a bare exception."""
    names = [name for name in manifest_of(folder)["files"] if not name.endswith(".md")]
    failed = []
    for name in names:
        path = folder / name
        whole = path.read_bytes()
        for content in (b"", b"{}", b"[]", b"\xff\xfe\x00garbage", b'{"surprise": 1}'):
            path.write_bytes(content)
            sign(folder)
            try:
                load(folder)
            except BundleError:
                continue
            except Exception as error:
                failed.append(f"{name} = {content!r}: {type(error).__name__}")
        path.write_bytes(whole)
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "3", "{}", '{"format": 1}'])
def test_a_damaged_manifest_is_named(folder: Path, content: str) -> None:
    (folder / "manifest.json").write_text(content)
    with pytest.raises(BundleError, match=r"manifest\.json"):
        load(folder)


@pytest.mark.parametrize("facts", [{}, {"size": 3}, [], None, "x"])
def test_a_manifest_with_damaged_entries_is_a_bundle_error(folder: Path, facts: object) -> None:
    edit(folder / "manifest.json", lambda row: row | {"files": {"labels.json": facts}})
    with pytest.raises(BundleError):
        load(folder)


@pytest.mark.parametrize("key", ["name", "backend"])
def test_a_manifest_without_a_key_is_a_bundle_error(folder: Path, key: str) -> None:
    edit(folder / "manifest.json", lambda row: {k: v for k, v in row.items() if k != key})
    with pytest.raises(BundleError, match=key):
        load(folder)


@pytest.mark.parametrize("made_as", [FORMAT + 1, 0, "1", None])
def test_another_format_is_named_with_ours(folder: Path, made_as: object) -> None:
    edit(folder / "manifest.json", lambda row: row | {"format": made_as})
    with pytest.raises(BundleError, match=rf"format {made_as}.*reads {FORMAT}"):
        load(folder)


def test_an_unknown_backend_is_named(folder: Path) -> None:
    edit(folder / "manifest.json", lambda row: row | {"backend": "tarot"})
    with pytest.raises(PintuError, match="tarot"):
        load(folder)


def test_what_is_no_bundle_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path, tmp_path / "nothing", tmp_path / "file"):
        with pytest.raises(BundleError, match=r"no bundle.*pintu train"):
            load(path)


# -- probes


def test_probes_that_score_otherwise_are_refused(folder: Path) -> None:
    path = folder / "probes.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows[1]["mandate"][0] += 0.1
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    sign(folder)
    with pytest.raises(BundleError, match=r"probes.*0\.1"):
        load(folder)


def test_weights_of_another_model_do_not_pass_the_probes(
    folder: Path, tmp_path: Path, registry: Registry
) -> None:
    featuriser = build(TEXTS, min_count=1)
    other = {
        name: Head(
            np.zeros((featuriser.columns, len(labels)), np.float16),
            np.zeros(len(labels), np.float32),
        )
        for name, labels in LABELS.items()
    }
    LinearModel(featuriser, other).save(folder / "model")
    sign(folder)
    with pytest.raises(BundleError, match="probes"):
        load(folder)


def test_labels_that_do_not_fit_the_scores_are_refused(folder: Path) -> None:
    for head in LABELS:
        path = folder / "labels.json"
        whole = path.read_bytes()

        def shorten(row: Any, head: str = head) -> Any:
            return row | {"heads": row["heads"] | {head: row["heads"][head][:-1]}}

        edit(path, shorten)
        sign(folder)
        with pytest.raises(BundleError):
            load(folder)
        path.write_bytes(whole)


# -- the trained bundle


def test_a_trained_bundle_says_how_it_was_made(bundle: Path) -> None:
    manifest = manifest_of(bundle)
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
