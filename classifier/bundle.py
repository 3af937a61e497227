"""The bundle on disk: an immutable folder with everything that routing needs."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError

from classifier.calibration import CalibrationCases
from classifier.desks import Desks
from classifier.errors import BundleError
from classifier.jurisdiction import Counts
from classifier.models.base import TextModel, load_model
from classifier.settings import Settings
from classifier.similar import CaseIndex
from classifier.urgency import UrgencyDetector
from data.authority.rules import Rule, rule_from
from data.registry.registry import Registry
from data.registry.units import Unit

FORMAT = 2
_TOLERANCE = 2e-3  # of a probe's scores: float16 weights summed in another order
_MODEL, _CASES, _URGENCY = "model", "cases", "urgency"
_REQUIRED = (
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


@dataclass
class Bundle:
    """A text model with its labels, the registry it was trained with, and what cases taught.

    ``labels`` maps each head to its labels in the order of the scores. ``schemes`` maps a door's
    region to the categories in use there; the empty key holds the general ones. ``categories``
    counts the cases of each mandate by category; ``calibration`` holds the cases that no part of
    it was fitted on; ``rule_counts`` say for each authority rule in how many cases its level
    answered; ``cases`` are those that an explanation shows as similar; ``topics`` counts those of a
    regency with a head of its own by category and main mandate of the unit.
    """

    name: str
    model: TextModel
    labels: Mapping[str, Sequence[str]]
    registry: Registry
    counts: Counts = field(default_factory=Counts)
    desks: Desks = field(default_factory=Desks)
    settings: Settings = field(default_factory=Settings)
    schemes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    categories: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    topics: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)
    rules: Sequence[Rule] = ()
    rule_counts: Mapping[str, Sequence[float]] = field(default_factory=dict)
    cases: CaseIndex | None = None
    urgency: UrgencyDetector | None = None
    calibration: CalibrationCases = field(default_factory=CalibrationCases.none)
    manifest: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)


def save(bundle: Bundle, out: Path, *, probes: Sequence[str], card: str) -> Path:
    """Write a bundle to a new folder: a temporary sibling first, then renamed.

    Args:
        bundle: with ``manifest`` holding what the caller knows (backend, seed, versions, hashes).
        out: the folder; must not exist.
        probes: a few texts whose scores are stored and checked on loading.
        card: the model card (Markdown).

    Raises:
        BundleError: ``out`` exists already.
    """
    if out.exists():
        raise BundleError(f"{out} exists already; give another --out or remove it first")
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    (part / _MODEL).mkdir(parents=True)
    bundle.model.save(part / _MODEL)
    labels = {
        "heads": bundle.labels,
        "schemes": bundle.schemes,
        "categories": bundle.categories,
        "topics": bundle.topics,
    }
    _write(part / "labels.json", labels)
    _write(part / "jurisdiction.json", asdict(bundle.counts))
    _write(part / "desks.json", asdict(bundle.desks))
    _write(part / "decision.json", asdict(bundle.settings))
    authority = {"rules": [asdict(rule) for rule in bundle.rules], "counts": bundle.rule_counts}
    _write(part / "authority.json", authority)
    _save_parts(bundle, part)
    _write(part / "calibration.json", bundle.calibration.to_row())
    _write(part / "registry.json", bundle.registry.to_row())
    _write(part / "metrics.json", bundle.metrics)
    (part / "MODEL_CARD.md").write_text(card, encoding="utf-8")
    scores = bundle.model.scores(probes)
    lines = (
        json.dumps({"text": text, "mandate": [round(float(x), 4) for x in scores["mandate"][i]]})
        for i, text in enumerate(probes)
    )
    (part / "probes.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    files = {
        str(path.relative_to(part)): {"size": path.stat().st_size, "sha256": file_hash(path)}
        for path in sorted(part.rglob("*"))
        if path.is_file()
    }
    manifest = {"format": FORMAT, "name": bundle.name, **bundle.manifest, "files": files}
    _write(part / "manifest.json", manifest)
    for path in part.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)  # some are written for the owner alone
    part.replace(out)
    return out


def _save_parts(bundle: Bundle, part: Path) -> None:
    """The parts that a bundle may lack, each in a folder of its own."""
    if bundle.cases is not None:
        (part / _CASES).mkdir()
        bundle.cases.save(part / _CASES)
    if bundle.urgency is not None:
        bundle.urgency.save(part / _URGENCY)


def load(folder: Path) -> Bundle:
    """Read a bundle, checking its format, then every file's hash, then the probes.

    Raises:
        BundleError: anything is missing, damaged or of another format.
    """
    manifest = checked_manifest(folder)
    for name in _REQUIRED:
        if not (folder / name).is_file():
            raise BundleError(f"{folder}: {name} is missing; copy the bundle again")
    try:
        labels = _read(folder / "labels.json")
        authority = _read(folder / "authority.json")
        desks = _read(folder / "desks.json")
        desks["units"] = {
            key: Unit(**{**unit, "serves": tuple(unit["serves"])})
            for key, unit in desks["units"].items()
        }
        bundle = Bundle(
            name=manifest["name"],
            model=load_model(manifest["backend"], folder / _MODEL),
            labels=labels["heads"],
            registry=Registry.from_row(_read(folder / "registry.json")),
            counts=Counts(**_read(folder / "jurisdiction.json")),
            desks=Desks(**desks),
            settings=Settings.from_row(_read(folder / "decision.json")),
            calibration=CalibrationCases.from_row(_read(folder / "calibration.json")),
            schemes=labels["schemes"],
            categories=labels["categories"],
            topics=labels["topics"],
            rules=tuple(rule_from(row) for row in authority["rules"]),
            rule_counts=authority["counts"],
            cases=CaseIndex.load(folder / _CASES) if (folder / _CASES).is_dir() else None,
            urgency=_urgency(folder / _URGENCY),
            manifest=manifest,
            metrics=_read(folder / "metrics.json"),
        )
        _check_probes(bundle, folder)
    except FileNotFoundError as error:
        missing = error.filename or error
        raise BundleError(f"{folder}: {missing} is missing; copy the bundle again") from error
    except (KeyError, TypeError, ValueError, OSError, SafetensorError) as error:
        raise BundleError(f"{folder}: {error!r} while reading; train the bundle again") from error
    return bundle


def _urgency(folder: Path) -> UrgencyDetector | None:
    return UrgencyDetector.load(folder) if folder.is_dir() else None


def file_hash(path: Path) -> str:
    """The SHA-256 of a file as hexadecimal digits."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def checked_manifest(folder: Path) -> dict[str, Any]:
    """A bundle's manifest, its files' sizes and hashes compared with those that are there.

    Raises:
        BundleError: it is no bundle, of another format, or damaged.
    """
    path = folder / "manifest.json"
    if not path.is_file():
        raise BundleError(f"{folder} is no bundle: manifest.json is missing; see `pintu train`")
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        listed = manifest["files"].items()
        made = manifest["format"]
        facts = {name: (fact["size"], fact["sha256"]) for name, fact in listed}
    except (ValueError, KeyError, AttributeError, TypeError):
        raise BundleError(f"{path} is damaged; copy the bundle again or retrain") from None
    if made != FORMAT:
        raise BundleError(
            f"{folder}: format {made}, this Pintu reads {FORMAT}; "
            "train it again (the starter bundle with `pintu starter`)"
        )
    for name, (size, sha256) in facts.items():
        file = folder / name
        if not file.is_file():
            raise BundleError(f"{folder}: {name} is missing; copy the bundle again")
        if file.stat().st_size != size or file_hash(file) != sha256:
            raise BundleError(f"{folder}: {name} is damaged (hash differs); copy the bundle again")
    return manifest


def _check_probes(bundle: Bundle, folder: Path) -> None:
    rows = [json.loads(line) for line in (folder / "probes.jsonl").read_text("utf-8").splitlines()]
    if not rows:
        raise BundleError(f"{folder}: probes.jsonl is empty; copy the bundle again")
    scores = bundle.model.scores([row["text"] for row in rows])
    for head, labels in bundle.labels.items():
        if scores[head].shape[1] != len(labels):
            wide = scores[head].shape[1]
            raise BundleError(f"{folder}: {wide} scores for {len(labels)} {head} labels; retrain")
    expected = np.array([row["mandate"] for row in rows], dtype=np.float32)
    if not np.allclose(scores["mandate"], expected, atol=_TOLERANCE):
        worst = float(np.abs(scores["mandate"] - expected).max())
        raise BundleError(f"{folder}: the probes score otherwise here (by {worst:.4f}); retrain")


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
