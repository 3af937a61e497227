"""The starter cases: enough, varied, and in agreement with the tables."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from data.complaint import LabelledCase
from data.errors import TableError
from data.registry.regions import LEVELS
from data.registry.registry import Registry
from data.starter import FOLDER, starter_cases


@pytest.fixture(scope="module")
def cases(registry: Registry) -> list[LabelledCase]:
    return starter_cases(registry.mandates)


def test_there_are_enough_of_every_kind(cases: list[LabelledCase]) -> None:
    kinds = Counter(case.kind for case in cases)
    assert kinds["complaint"] >= 3_000
    assert kinds["aspiration"] + kinds["information"] + kinds["none"] >= 400
    assert set(kinds) == {"complaint", "aspiration", "information", "none"}


def test_every_mandate_has_complaints(cases: list[LabelledCase], registry: Registry) -> None:
    counts = Counter(case.mandate for case in cases if case.kind == "complaint")
    assert set(counts) == set(registry.mandates)
    assert min(counts.values()) >= 35


def test_all_levels_occur(cases: list[LabelledCase]) -> None:
    assert {case.level for case in cases if case.level} == set(LEVELS)


def test_a_case_is_of_a_level_of_its_mandate(cases: list[LabelledCase], registry: Registry) -> None:
    wrong = [
        (case.source, case.line)
        for case in cases
        if case.mandate and case.level not in registry.mandates[case.mandate].levels
    ]
    assert wrong == []


def test_only_cases_of_kind_none_have_no_mandate(cases: list[LabelledCase]) -> None:
    assert all(bool(case.mandate) == (case.kind != "none") for case in cases)


def test_texts_are_not_copies_of_each_other(cases: list[LabelledCase]) -> None:
    first: dict[tuple[str, ...], int] = {}
    sharing: set[int] = set()
    for number, case in enumerate(cases):
        words = re.findall(r"\w+", case.complaint.text.lower())
        for start in range(len(words) - 7):
            other = first.setdefault(tuple(words[start : start + 8]), number)
            if other != number:
                sharing |= {other, number}
    assert len(sharing) < 0.02 * len(cases)


def test_identifiers_are_distinct(cases: list[LabelledCase]) -> None:
    assert len({case.complaint.id for case in cases}) == len(cases)


def test_all_registers_occur() -> None:
    rows = [
        json.loads(line)
        for path in FOLDER.glob("*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    counts = Counter(row["register"] for row in rows)
    plain = {"letter", "form", "sms", "chat", "tweet", "slang", "typo"}
    mixed = {"javanese", "sundanese", "betawi", "other-mix"}
    assert set(counts) == plain | mixed
    assert sum(counts[register] for register in mixed) > 0.08 * len(rows)
    assert min(counts.values()) >= 30


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("antah", "", "it is named after no mandate"),
        ("jalan", '{"text": "air"}\n{"text"\n', "line 2: no JSON at character"),
    ],
)
def test_a_faulty_file_is_named_with_its_line(
    tmp_path: Path, registry: Registry, name: str, text: str, fault: str
) -> None:
    text = text.replace("}", ', "kind": "complaint"}')
    (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match=fault):
        starter_cases(registry.mandates, tmp_path)
