"""The table of dangers and the written examples."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from data.errors import TableError
from data.urgency import FOLDER, DangerTable, load_dangers, load_examples, parts

ROW: dict[str, Any] = {
    "window": 8,
    "calm": ["{lalu}"],
    "harm": ["api"],
    "concepts": {"api": {"words": ["api"], "unless": ["kereta api"]}, "lalu": {"words": ["lalu"]}},
    "dangers": [
        {
            "id": "api",
            "name": "Kebakaran",
            "number": "113",
            "message": "Hubungi 113.",
            "signs": ["{api} + tolong | cepat"],
            "speaks": ["ada api tolong"],
            "silent": ["kereta api"],
        }
    ],
}


def write(folder: Path, row: dict[str, Any]) -> Path:
    path = folder / "dangers.yaml"
    path.write_text(yaml.safe_dump(row), encoding="utf-8")
    return path


def test_each_danger_names_its_emergency_number() -> None:
    numbers = {danger.id: danger.number for danger in load_dangers().dangers}
    assert numbers == {
        "api": "113",
        "listrik": "112",
        "runtuh": "112",
        "kekerasan": "110",
        "anak": "110",
        "banjir": "112",
        "medis": "119",
        "kecelakaan": "119",
        "orang-bahaya": "112",
        "gas-kimia": "113",
    }
    messages = {danger.id: danger.message for danger in load_dangers().dangers}
    assert all(numbers[name] in message for name, message in messages.items())
    assert "129" in messages["anak"]
    assert "123" in messages["listrik"]


def test_the_table_survives_json() -> None:
    table = load_dangers()
    assert DangerTable.from_row(json.loads(json.dumps(table.to_row()))) == table


def test_a_sign_is_read_as_parts_with_alternatives() -> None:
    assert parts("{api} + damkar | pemadam") == [["{api}"], ["damkar", "pemadam"]]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("number", "911", "number: '911'"),
        ("message", "Hubungi kami.", "does not name 113"),
        ("signs", ["{asap} + tolong"], "'{asap}' names no concept"),
        ("silent", [], "one of them is empty"),
    ],
)
def test_a_faulty_danger_is_named_with_its_field(
    tmp_path: Path, field: str, value: object, reason: str
) -> None:
    faulty = {**ROW, "dangers": [{**ROW["dangers"][0], field: value}]}
    with pytest.raises(TableError, match="dangers: api: ") as caught:
        load_dangers(write(tmp_path, faulty))
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"harm": ["asap"]}, "harm: 'asap'"),
        ({"calm": ["{dulu}"]}, "calm: '{dulu}'"),
        ({"dangers": ROW["dangers"] * 2}, "stands twice"),
        ({"concepts": {**ROW["concepts"], "x": {"words": ["SMP"]}}}, "small letters"),
        ({"concepts": None}, "give window, calm, harm, concepts, dangers"),
    ],
)
def test_faults_of_the_table_are_told(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    with pytest.raises(TableError, match=r"problem\(s\)") as caught:
        load_dangers(write(tmp_path, {**ROW, **change}))
    assert reason in str(caught.value)


def test_a_sound_table_is_read(tmp_path: Path) -> None:
    table = load_dangers(write(tmp_path, ROW))
    assert table.concepts["api"].unless == ("kereta api",)
    assert table.dangers[0].signs == ("{api} + tolong | cepat",)


def test_every_danger_has_examples_and_the_test_texts_are_not_among_them() -> None:
    dangers = [danger.id for danger in load_dangers().dangers]
    examples = load_examples(dangers)
    assert {example.danger for example in examples} == {"", *dangers}
    held_out = {e.text for e in load_examples(dangers, [FOLDER / "test.jsonl"])}
    assert held_out.isdisjoint(example.text for example in examples)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"text": "a"}',
        '{"text": "a", "urgent": true, "danger": "", "register": "sms"}',
        '{"text": "a", "urgent": false, "danger": "api", "register": "sms"}',
        '{"text": "a", "urgent": true, "danger": "perang", "register": "sms"}',
    ],
)
def test_a_faulty_example_is_told_by_its_line(tmp_path: Path, line: str) -> None:
    good = '{"text": "ada api", "urgent": true, "danger": "api", "register": "sms"}'
    path = tmp_path / "examples.jsonl"
    path.write_text(f"{good}\n{line}\n", encoding="utf-8")
    with pytest.raises(TableError, match="line 2: "):
        load_examples(["api"], [path])
