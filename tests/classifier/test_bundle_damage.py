"""Reading damaged bundles: every fault is a BundleError that names the file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.bundle import FORMAT, Bundle, file_hash, load
from classifier.errors import BundleError
from classifier.models.linear import Head, LinearModel
from data.errors import PintuError

REQUIRED = (
    "labels.json",
    "jurisdiction.json",
    "desks.json",
    "decision.json",
    "calibration.json",
    "authority.json",
    "registry.json",
    "metrics.json",
    "probes.jsonl",
)


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
    for name in REQUIRED:
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


# -- parts whose content is wrong under a right hash


def first_rule(change: Callable[[dict[str, Any]], Any]) -> Callable[[Any], Any]:
    return lambda row: row | {"rules": [change(row["rules"][0]), *row["rules"][1:]]}


DAMAGE: tuple[tuple[str, Callable[[Any], Any], str], ...] = (
    ("calibration.json", lambda row: row | {"second": row["second"][1:]}, "calibration.*length"),
    ("calibration.json", lambda row: row | {"raw": ["x", "y", "z"]}, "could not convert.*x"),
    ("calibration.json", lambda row: row | {"raw": None}, "train the bundle again"),
    ("calibration.json", lambda row: {k: v for k, v in row.items() if k != "block"}, "block"),
    ("calibration.json", list, "train the bundle again"),
    ("authority.json", lambda row: {"rules": row["rules"]}, "counts"),
    ("authority.json", lambda row: {"counts": row["counts"]}, "rules"),
    ("authority.json", first_rule(lambda rule: rule | {"colour": "red"}), "colour"),
    (
        "authority.json",
        first_rule(lambda rule: {k: v for k, v in rule.items() if k != "level"}),
        "level",
    ),
    ("decision.json", lambda row: {k: v for k, v in row.items() if k != "proofs"}, "proofs"),
    ("decision.json", lambda row: row | {"threshold": 0.8}, "threshold"),
    ("decision.json", lambda row: row | {"proofs": {"33.74": {"tilt": 2}}}, "tilt"),
)


@pytest.mark.parametrize(("name", "change", "told"), DAMAGE)
def test_a_part_with_wrong_content_is_told(
    folder: Path, name: str, change: Callable[[Any], Any], told: str
) -> None:
    edit(folder / name, change)
    sign(folder)
    with pytest.raises(BundleError, match=rf"(?s){told}"):
        load(folder)


def test_earlier_cases_that_do_not_fit_their_postings_are_refused(folder: Path) -> None:
    path = folder / "cases" / "cases.jsonl"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    sign(folder)
    with pytest.raises(BundleError, match=r"cases are missing; copy the bundle again"):
        load(folder)


@pytest.mark.parametrize("name", ["cases.jsonl", "cases.safetensors"])
def test_half_of_the_earlier_cases_is_refused(folder: Path, name: str) -> None:
    """Left out of the manifest too, as a careless copy might: the folder alone tells."""
    (folder / "cases" / name).unlink()
    edit(
        folder / "manifest.json",
        lambda row: row | {"files": {k: v for k, v in row["files"].items() if name not in k}},
    )
    with pytest.raises(BundleError, match="copy the bundle again"):
        load(folder)


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


def test_weights_of_another_model_do_not_pass_the_probes(folder: Path, made: Bundle) -> None:
    assert isinstance(made.model, LinearModel)
    other = {
        name: Head(np.zeros_like(head.weights), head.bias)
        for name, head in made.model.heads.items()
    }
    LinearModel(made.model.featuriser, other).save(folder / "model")
    sign(folder)
    with pytest.raises(BundleError, match="probes"):
        load(folder)


def test_labels_that_do_not_fit_the_scores_are_refused(folder: Path, made: Bundle) -> None:
    for head in made.labels:
        path = folder / "labels.json"
        whole = path.read_bytes()

        def shorten(row: Any, head: str = head) -> Any:
            return row | {"heads": row["heads"] | {head: row["heads"][head][:-1]}}

        edit(path, shorten)
        sign(folder)
        with pytest.raises(BundleError):
            load(folder)
        path.write_bytes(whole)
