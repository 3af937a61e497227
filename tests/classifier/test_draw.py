"""The drawing of an explanation in the terminal."""

from typing import Any

import pytest

from classifier.draw import draw

TEXT = "Sampah menumpuk, lampu padam di Semarang"
RECOMMENDATION = {
    "mandates": [
        {"id": "persampahan", "probability": 0.61},
        {"id": "pju", "probability": 0.3},
    ]
}
EXPLANATION: dict[str, Any] = {
    "top": "persampahan",
    "runner_up": "pju",
    "words": [
        {"start": 17, "end": 22, "text": "lampu", "weight": -0.5},
        {"start": 0, "end": 6, "text": "Sampah", "weight": 0.4},
    ],
    "rest": 0.1,
    "bias": 0.0,
    "places": [
        {"start": 32, "end": 40, "text": "Semarang", "region_code": "33.74", "probability": 0.9}
    ],
    "rules": [
        {
            "id": "sampah",
            "topic": "Persampahan",
            "level": "regency",
            "articles": ["UU 18/2008 Pasal 9"],
            "because": "Sampah diurus kabupaten/kota.",
            "start": 0,
            "end": 6,
        }
    ],
    "similar": [
        {
            "id": "k1",
            "unit_id": "33.74/lh",
            "unit": "Dinas Lingkungan Hidup",
            "text": "sampah di [red]pasar[/red]",
            "similarity": 0.456,
        }
    ],
}
NAMES = {"persampahan": "Kebersihan", "33.74": "Kota Semarang"}


def drawn(width: int = 100, colour: bool = False, text: str = TEXT) -> str:
    lines = draw(text, RECOMMENDATION, EXPLANATION, width=width, colour=colour, names=NAMES)
    return "\n".join(lines)


def test_without_colour_words_carry_their_sign() -> None:
    shown = drawn()
    assert "[+Sampah] menumpuk, [-lampu] padam di Semarang" in shown
    assert "Kebersihan 61% [+], bukan pju 30% [-]" in shown
    assert "\x1b" not in shown


def test_with_colour_the_text_stays_as_it_is() -> None:
    shown = drawn(colour=True)
    assert "\x1b[4;32mSampah\x1b[0m menumpuk, \x1b[4;31mlampu\x1b[0m padam" in shown


def test_places_rules_and_similar_cases_are_listed() -> None:
    shown = drawn()
    assert "“Semarang” → Kota Semarang (90%)" in shown
    assert "“Sampah” → kabupaten/kota: Persampahan" in shown
    assert "Sampah diurus kabupaten/kota. UU 18/2008 Pasal 9." in shown
    assert "46% Dinas Lingkungan Hidup" in shown
    assert "sampah di [red]pasar[/red]" in shown  # no markup of citizens is obeyed


@pytest.mark.parametrize("width", [30, 60, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, drawn(width).splitlines())) <= width


def test_what_a_terminal_would_obey_is_taken_out() -> None:
    shown = drawn(text=TEXT.replace(" padam", "\x1bpadam").replace(" di ", "\x07di\r"))
    assert not {"\x1b", "\x07", "\r"} & set(shown)


def test_nothing_to_tell_leaves_the_text() -> None:
    empty = {**EXPLANATION, "words": [], "places": [], "rules": [], "similar": [], "runner_up": ""}
    lines = draw(TEXT, RECOMMENDATION, empty, width=100)
    assert lines == ["Urusan   persampahan 61% [+]", f"Laporan  {TEXT}"]
