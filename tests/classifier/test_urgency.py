"""Danger to life or limb: what is flagged, with which evidence, and what is not."""

import json
import re
import time
from pathlib import Path

import pytest

from classifier.signs import SignFinder
from classifier.urgency import HARMLESS, SIGN_BONUS, UrgencyDetector
from data.registry.registry import Registry
from data.starter import starter_cases
from data.text import normalise
from data.urgency import DangerTable, load_dangers, load_examples
from training.fit.urgency import UrgencyFigures, fit_urgency

URGENT = [
    ("Tolong, gudang kayu di Gang Kenari terbakar, dua anak masih terjebak di dalam", "api"),
    ("Suami tetangga ngamuk bawa golok, istrinya dipukuli, saya sembunyi di kamar", "kekerasan"),
    ("Ibu saya sesak napas berat, bibirnya biru, ditolak IGD, tolong ambulans", "medis"),
    ("Air sudah sedada dan terus naik, nenek di atas atap, kirim perahu sekarang", "banjir"),
    ("Ular kobra nggigit adikku, sikile bengkak, saiki lemes, tulung", None),
]
ORDINARY = [
    "Mohon info syarat memperpanjang kartu keluarga di kecamatan",
    "Lampu jalan di Gang Kenari mati sejak dua minggu, mohon diganti",
    "Tiket kereta api ekonomi selalu habis, tolong ditambah",
    "Selokan depan toko tersumbat sampah, baunya tidak sedap",
    "Harga cabai meledak, emak-emak kebakaran jenggot semua",
    "",
]


@pytest.fixture(scope="module")
def table() -> DangerTable:
    return load_dangers()


@pytest.fixture(scope="module")
def fitted(table: DangerTable, registry: Registry) -> tuple[UrgencyDetector, UrgencyFigures]:
    ordinary = [case.complaint.words for case in starter_cases(registry.mandates)]
    return fit_urgency(table, load_examples([d.id for d in table.dangers]), ordinary)


@pytest.fixture(scope="module")
def detector(fitted: tuple[UrgencyDetector, UrgencyFigures]) -> UrgencyDetector:
    return fitted[0]


@pytest.mark.parametrize(("text", "danger"), URGENT)
def test_danger_is_flagged_with_number_and_evidence(
    detector: UrgencyDetector, text: str, danger: str | None
) -> None:
    found = detector.find(text)
    assert found is not None
    assert danger in (None, found.danger)
    assert found.number in found.message
    assert found.score >= 0
    assert found.spans
    assert all(text[start:end] == words for start, end, words in found.spans)
    assert list(found.spans) == sorted(found.spans)


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_complaint_is_not_flagged(detector: UrgencyDetector, text: str) -> None:
    assert detector.find(text) is None
    assert detector.score(text) < 0


def test_signs_flag_what_speaks_of_their_danger_and_nothing_else(table: DangerTable) -> None:
    finder = SignFinder(table)
    for danger in table.dangers:
        for text in danger.speaks:
            signs = finder.signs(finder.hits(normalise(text).split()))
            assert danger.id in {sign.danger for sign in signs}, text
        for text in danger.silent:
            assert not finder.signs(finder.hits(normalise(text).split())), text


@pytest.mark.parametrize(
    ("words", "concept"),
    [
        ("kabarkn", None),  # other consonants
        ("kebakrn", "{api}"),
        ("tnggelm", "{hanyut}"),
        ("bayinya", "{anak}"),
        ("ngarénghap", "{medis}"),
        ("kereta api", None),
        ("api", "{api}"),
    ],
)
def test_concepts_are_known_by_their_spellings(
    table: DangerTable, words: str, concept: str | None
) -> None:
    hits = SignFinder(table).hits(words.split())
    assert (concept in hits) if concept else ("{api}" not in hits)


def test_a_sign_of_the_past_is_calmed(table: DangerTable) -> None:
    finder = SignFinder(table)
    now = ["kebakaran", "dua", "orang", "terjebak", "di", "dalam"]
    assert finder.signs(finder.hits(now))
    assert not finder.signs(finder.hits([*now, "tahun", "lalu"]))


def test_the_parts_of_a_sign_stand_near_each_other(table: DangerTable) -> None:
    finder = SignFinder(table)
    apart = ["kebakaran", *["lain"] * (table.window + 1), "terjebak"]
    assert not finder.signs(finder.hits(apart))


def test_evidence_sums_to_the_score(detector: UrgencyDetector, table: DangerTable) -> None:
    finder = SignFinder(table)
    harm = {f"{{{name}}}" for name in table.harm}
    for text in (*(text for text, _ in URGENT), *ORDINARY):
        contributions, bias = detector.evidence(text)
        hits = finder.hits(normalise(text).split())
        margin = bias + sum(contributions.values()) - detector.threshold
        margin -= 0.0 if harm.intersection(hits) else HARMLESS
        if margin + SIGN_BONUS >= 0 and finder.signs(hits):
            margin += SIGN_BONUS
        assert margin == pytest.approx(detector.score(text), abs=1e-3)


def test_a_saved_detector_finds_the_same(detector: UrgencyDetector, tmp_path: Path) -> None:
    detector.save(tmp_path / "urgency")
    loaded = UrgencyDetector.load(tmp_path / "urgency")
    for text in (*(text for text, _ in URGENT), *ORDINARY):
        assert loaded.find(text) == detector.find(text)


def test_the_row_is_plain_json(detector: UrgencyDetector) -> None:
    found = detector.find(URGENT[0][0])
    assert found is not None
    row = json.loads(json.dumps(found.to_row()))
    assert row["number"] == "113"
    assert row["spans"][0].keys() == {"start", "end", "text"}
    assert row.keys() == {"danger", "name", "number", "message", "spans", "score"}


def test_a_message_is_one_sentence(table: DangerTable) -> None:
    for danger in table.dangers:
        assert re.fullmatch(r"Laporan ini ditandai gawat [^.!?]+\.", danger.message)


def test_most_urgent_examples_and_few_others_are_flagged(
    fitted: tuple[UrgencyDetector, UrgencyFigures],
) -> None:
    figures = fitted[1]
    assert figures.recall >= 0.9
    assert figures.ordinary_flagged <= 0.02
    assert figures.near_flagged <= 0.04
    assert min(figures.by_danger.values()) >= 0.8


def test_a_long_or_odd_text_is_read_quickly(detector: UrgencyDetector) -> None:
    start = time.process_time()
    for text in ("api " * 5000, "\ud800 🔥" * 500, "a" * 5000, "{api} + tolong"):
        detector.find(text)
    assert time.process_time() - start < 2
