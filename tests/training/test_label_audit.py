"""The label audit: planted errors are found, near-twins speak, what is too rare is told."""

import csv
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from data.complaint import Complaint, LabelledCase
from data.errors import PintuError
from data.registry.registry import Registry
from data.starter import starter_cases
from training.config import Config
from training.label_audit import Audit, audit
from training.label_table import COLUMNS, write_csv

pytest.importorskip("cleanlab")

AGENCY = "Pemerintah Kota Samarinda"
MANDATES = (
    "kependudukan",
    "perpustakaan-arsip",
    "pemadam",
    "peternakan",
    "lalu-lintas",
    "kesehatan",
    "ketenagakerjaan",
    "pertanahan",
)


def audited(cases: Sequence[LabelledCase], registry: Registry) -> Audit:
    return audit(cases, registry, Config(), lambda _: None)


@pytest.fixture(scope="module")
def labelled(registry: Registry) -> list[LabelledCase]:
    """Starter cases of some mandates with the names of a city's units as labels."""
    units = {m: registry.units(m, "regency", "64.72")[0].name for m in MANDATES}
    found = [c for c in starter_cases(registry.mandates) if c.mandate in units]
    return [
        LabelledCase(c.complaint, agency=AGENCY, unit=units[c.mandate], line=i, source="s.csv")
        for i, c in enumerate(found, 2)
    ]


@pytest.fixture(scope="module")
def planted(labelled: list[LabelledCase]) -> dict[int, str]:
    """Line → wrong label of 3 % of the cases."""
    chance = random.Random(2)
    names = sorted({c.unit for c in labelled})
    drawn = chance.sample(labelled, round(0.03 * len(labelled)))
    return {c.line: chance.choice([n for n in names if n != c.unit]) for c in drawn}


@pytest.fixture(scope="module")
def found(registry: Registry, labelled: list[LabelledCase], planted: dict[int, str]) -> Audit:
    return audited([replace(c, unit=planted.get(c.line, c.unit)) for c in labelled], registry)


def test_planted_errors_come_first(
    found: Audit, labelled: list[LabelledCase], planted: dict[int, str]
) -> None:
    assert len(found.suspects) == len(labelled)
    top = found.suspects[: len(planted)]
    hits = [s for s in top if s.case.line in planted]
    assert len(planted) >= 10
    assert len(hits) / len(planted) >= 0.5
    truth = {c.line: c.unit for c in labelled}
    suggested = [s.suggested_unit == truth[s.case.line] for s in hits]
    assert sum(suggested) / len(hits) >= 0.8
    assert sum(s.likely_wrong for s in hits) / len(hits) >= 0.8


def test_the_most_suspicious_have_the_least_quality(found: Audit) -> None:
    qualities = [s.quality for s in found.suspects]
    assert qualities == sorted(qualities)
    assert all(0 <= q <= 1 for q in qualities)
    assert all(s.suggested_mandate != s.unit.mandate for s in found.suspects)


def test_auditing_twice_gives_the_same(
    found: Audit, registry: Registry, labelled: list[LabelledCase], planted: dict[int, str]
) -> None:
    again = audited([replace(c, unit=planted.get(c.line, c.unit)) for c in labelled], registry)
    assert again == found


def test_near_identical_cases_with_other_labels_are_the_reason(
    registry: Registry, labelled: list[LabelledCase]
) -> None:
    text = "kartu keluarga saya belum terbit sejak bulan lalu padahal berkas sudah lengkap nomor"
    right, wrong = (registry.units(m, "regency", "64.72")[0].name for m in MANDATES[:2])
    twins = [
        LabelledCase(Complaint(f"{text} {i}"), agency=AGENCY, unit=unit, line=9_000 + i)
        for i, unit in enumerate([right] * 7 + [wrong])
    ]
    ranked = audited([*labelled, *twins], registry).suspects
    reasons = {s.case.line: s.reason for s in ranked}
    assert reasons[9_007] == f"near-identical cases went to {right} 7 of 8 times"
    assert not any(reasons[9_000 + i].startswith("near-identical") for i in range(7))
    assert [s.case.line for s in ranked].index(9_007) < len(ranked) / 10


def test_rare_classes_and_missing_units_are_counted(
    registry: Registry, labelled: list[LabelledCase]
) -> None:
    rare = registry.units("parkir", "regency", "64.72")[0]
    text = "juru parkir liar di depan pasar malam meminta sepuluh ribu tanpa karcis"
    few = [LabelledCase(Complaint(text), agency=AGENCY, unit="Balai Cakra Buana")] * 5
    bare = LabelledCase(Complaint(text), agency=AGENCY)
    elsewhere = LabelledCase(Complaint(text), agency="Pemerintah Kota Manado", unit=rare.name)
    result = audited([*labelled, *few, bare, elsewhere], registry)
    assert result.without_unit == 1
    # Five times the same text is one case; one case alone in Manado can be held against nothing.
    assert result.rare[("64.72", "desk:balai-cakra-buana")] == 5
    assert sum(n for (region, _), n in result.rare.items() if region == "71.71") == 1
    assert len(result.suspects) == len(labelled)


def test_nothing_to_tell_apart_is_told(registry: Registry, labelled: list[LabelledCase]) -> None:
    one = [c for c in labelled if c.unit == labelled[0].unit]
    for cases in ([], one, labelled[:2]):
        with pytest.raises(PintuError, match="no region has 3 cases of each of two mandates"):
            audited(cases, registry)


def test_two_small_classes_are_enough(registry: Registry, labelled: list[LabelledCase]) -> None:
    names = sorted({c.unit for c in labelled})[:2]
    few = [c for name in names for c in [x for x in labelled if x.unit == name][:3]]
    assert len(audited(few, registry).suspects) == 6


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t="])
def test_no_cell_is_a_formula(found: Audit, tmp_path: Path, start: str) -> None:
    suspect = found.suspects[0]
    complaint = replace(suspect.case.complaint, text=f"{start}HYPERLINK(1)", id=f"{start}1")
    case = replace(suspect.case, complaint=complaint, unit=f"{start}cmd", source=f"{start}s.csv")
    write_csv([replace(suspect, case=case)], tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as handle:
        header, row = csv.reader(handle)
    assert tuple(header) == COLUMNS
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    assert dict(zip(header, row, strict=True))["label"] == f"'{start}cmd"


def test_a_table_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(PintuError, match="--out"):
        write_csv([], tmp_path)
