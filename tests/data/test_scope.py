"""Texts that no government desk answers for, and near misses."""

import json
from collections import Counter
from pathlib import Path

import pytest

from data.complaint import LabelledCase
from data.registry.regions import TABLES
from data.starter import scope_cases


@pytest.fixture(scope="module")
def cases() -> list[LabelledCase]:
    return scope_cases()


def test_both_sides_are_written(cases: list[LabelledCase]) -> None:
    counts = Counter(case.scope for case in cases)
    assert set(counts) == {"outside", "inside"}
    assert min(counts.values()) >= 50


def test_they_say_nothing_of_kind_mandate_or_unit(cases: list[LabelledCase]) -> None:
    for case in cases:
        assert (case.kind, case.mandate, case.unit, case.category) == ("", "", "", "")
        assert case.complaint.text.strip()


def test_each_is_told_by_its_file_and_line(cases: list[LabelledCase]) -> None:
    assert len({case.complaint.id for case in cases}) == len(cases)
    assert len({(case.source, case.line) for case in cases}) == len(cases)


def test_no_text_to_test_with_is_trained_on(cases: list[LabelledCase]) -> None:
    held = {
        json.loads(line)["text"].casefold()
        for path in (TABLES / "scope").glob("test*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    }
    assert len(held) >= 100
    assert not held & {case.complaint.text.casefold() for case in cases}


def test_other_files_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    rows = [{"text": "tetangga ingkar janji", "outside": True}, {"text": "got", "outside": False}]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    found = scope_cases([path])
    assert [(case.complaint.text, case.scope) for case in found] == [
        ("tetangga ingkar janji", "outside"),
        ("got", "inside"),
    ]
