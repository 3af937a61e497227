"""The authority rules: their table, what it says in sentences, and what must not count."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from data.authority.finder import RuleFinder
from data.authority.rules import Rule, load_rules
from data.errors import TableError
from data.registry.tables import read_mandates

MANDATES = read_mandates()
RULES = load_rules(MANDATES)
FINDER = RuleFinder(RULES)

SPEAKS = [
    pytest.param(rule, said, id=f"{rule.id}-{said[:25]}") for rule in RULES for said in rule.speaks
]
SILENT = [
    pytest.param(rule, said, id=f"{rule.id}-{said[:25]}") for rule in RULES for said in rule.silent
]

_ROW: dict[str, Any] = {
    "id": "sekolah",
    "topic": "SMA negeri",
    "level": "province",
    "mandates": ["pendidikan-menengah"],
    "words": ["sma"],
    "unless": ["lulusan sma"],
    "articles": ["UU 23/2014 Lampiran huruf A nomor 1"],
    "strength": "strong",
    "because": "SMA dikelola provinsi.",
    "speaks": ["SMA itu menahan ijazah"],
    "silent": ["Saya lulusan SMA"],
}


def found(text: str) -> dict[str, str]:
    """Rules found, with the words that called for them."""
    return {match.rule.id: text[match.start : match.end] for match in FINDER.find(text)}


def load(folder: Path, *rows: object) -> tuple[Rule, ...]:
    (folder / "rules.yaml").write_text(yaml.safe_dump(list(rows), allow_unicode=True))
    return load_rules(MANDATES, folder)


@pytest.mark.parametrize(("rule", "said"), SPEAKS)
def test_rule_speaks(rule: Rule, said: str) -> None:
    assert rule.id in found(said)


@pytest.mark.parametrize(("rule", "said"), SILENT)
def test_rule_is_silent(rule: Rule, said: str) -> None:
    assert rule.id not in found(said)


def test_table_covers_the_affairs() -> None:
    assert len(RULES) >= 100
    assert {rule.level for rule in RULES} == {
        "nation",
        "province",
        "regency",
        "district",
        "village",
    }
    named = {mandate for rule in RULES for mandate in rule.mandates}
    assert len(named) >= 80


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_is_complete(rule: Rule) -> None:
    assert 2 <= len(rule.speaks) <= 4
    assert 1 <= len(rule.silent) <= 3
    assert rule.because.endswith(".")
    assert all(re.match(r"[A-Z]\w+ \d+/\d{4}", article) for article in rule.articles)
    assert len(set(rule.words)) == len(rule.words)


@pytest.mark.parametrize(
    "text",
    [
        "Lampu mati di depan SMA 5",
        "lubang dpn sman5 itu",
        "dekat gerbang SMK",
        "sebelah selatan gedung SMA",
        "Jalan ke SMA rusak",
        "Jl. SMA nomor 3 banjir",
        "di utara SMK ada galian",
        "seratus meter dari SMA ada lubang",
    ],
)
def test_landmarks_do_not_count(text: str) -> None:
    assert "sekolah-menengah-atas" not in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Tahun depan SMA itu pindah",
        "Di samping itu SMA menarik iuran",
        "Lampu depan SMA mati, dan SMA itu menarik iuran",
        "Pelayanan di SMA itu buruk",
    ],
)
def test_other_mentions_count(text: str) -> None:
    assert "sekolah-menengah-atas" in found(text)


def test_part_of_a_landmark_does_not_count_either() -> None:
    assert "irigasi-kabupaten" not in found("Motor jatuh di samping saluran irigasi")


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("Pak, PASPORNYA belum jadi", "imigrasi", "PASPORNYA"),
        ("kepala SMAN5 galak", "sekolah-menengah-atas", "SMAN"),
        ("Ada   kartu\nkeluarga yg hilang", "kependudukan", "kartu\nkeluarga"),
        ("😀 e‑KTP belum dicetak 😀", "kependudukan", "e‑KTP"),
        ("RusakParahPuskesmas tutup", "puskesmas", "RusakParahPuskesmas"),
        ("lapor pju padam", "pju-kabupaten", "pju"),
    ],
)
def test_offsets_point_at_the_words_as_written(text: str, rule: str, words: str) -> None:
    assert found(text)[rule] == words


def test_abbreviations_are_not_informal_words() -> None:
    assert "sekolah-dasar-smp" in found("Guru SMP itu galak")
    assert "asn-pusat" in found("Surat dari BKN belum terbit")
    assert "asn-pusat" in found("Kapan pppk diumumkan")
    assert found("itu bukan salah pak mandor, tapi dapat terjadi seperti sampai malam") == {}


@pytest.mark.parametrize("text", ["pjunya mati", "PJU-nya mati", "lampu2 jalan mati, pju2 juga"])
def test_endings_do_not_hide_words(text: str) -> None:
    assert "pju-kabupaten" in found(text)


def test_each_rule_is_found_once_by_its_first_words_in_their_order() -> None:
    text = "Puskesmas tutup, kata puskesmas karena PLN; listrik padam"
    matches = FINDER.find(text)
    assert [match.rule.id for match in matches] == ["puskesmas", "listrik-pln"]
    assert matches[0].start == 0


def test_longest_words_are_shown_where_several_start() -> None:
    assert found("SMA Negeri 2 menarik iuran")["sekolah-menengah-atas"] == "SMA Negeri"


@pytest.mark.parametrize("text", ["", "   ", "?!", "https://sma.example/paspor"])
def test_nothing_is_found_in_nothing(text: str) -> None:
    assert FINDER.find(text) == []


def test_no_rules_find_nothing(tmp_path: Path) -> None:
    assert RuleFinder(load_rules(MANDATES, tmp_path)).find("SMA itu menarik iuran") == []


def test_finding_is_fast() -> None:
    text = "Mohon bantuan, listrik padam dan air PDAM mati sejak kemarin malam di desa kami. " * 3
    FINDER.find(text)
    times = []
    for _ in range(20):
        start = time.process_time()
        FINDER.find(text)
        times.append(time.process_time() - start)
    assert min(times) < 0.001  # about 0.05 ms; the bound only catches a blunder


def test_a_good_row_is_loaded(tmp_path: Path) -> None:
    (rule,) = load(tmp_path, _ROW)
    assert rule.words == ("sma",)
    assert rule.unless == ("lulusan sma",)
    (rule,) = load(tmp_path, {key: value for key, value in _ROW.items() if key != "unless"})
    assert rule.unless == ()


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"level": "regency"}, "level", "no desk at 'regency'; choose among province"),
        ({"level": "kota"}, "level", "choose one of"),
        ({"mandates": ["sekolah"]}, "mandates", "'sekolah' is no mandate"),
        ({"mandates": []}, "mandates", "missing"),
        ({"strength": "sure"}, "strength", "choose one of"),
        ({"articles": []}, "articles", "missing"),
        ({"articles": ["menurut kebiasaan"]}, "articles", "cites no law"),
        ({"words": "sma"}, "words", "is no list of texts"),
        ({"words": [False]}, "words", "is no list of texts"),
        ({"words": ["…"]}, "words", "holds no word"),
        ({"words": ["yg"]}, "words", "is read as 'yang'"),
        ({"because": 3}, "because", "is no text"),
        ({"exept": ["x"]}, "exept", "no such field"),
        ({"topic": None}, "topic", "missing"),
    ],
)
def test_a_fault_is_named_with_its_place(
    tmp_path: Path, change: dict[str, object], field: str, says: str
) -> None:
    with pytest.raises(TableError) as caught:
        load(tmp_path, _ROW | change)
    (problem,) = caught.value.problems
    assert problem.startswith(f"rules.yaml: rule 'sekolah': {field}: ")
    assert says in problem
    assert ";" in problem  # a remedy follows


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(TableError) as caught:
        load(tmp_path, _ROW, _ROW, _ROW | {"id": "lain", "level": "x", "strength": "x"}, "teks")
    problems = caught.value.problems
    assert len(problems) == 4
    assert "rules.yaml: rule 'sekolah': id stands in rules.yaml too; give it another" in problems
    assert any("rule 4 is no list of fields" in problem for problem in problems)
