"""Draws an explanation for the terminal, in Indonesian."""

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_FOR, _AGAINST = "underline green", "underline red"
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_LEVELS = {
    "nation": "pusat",
    "province": "provinsi",
    "regency": "kabupaten/kota",
    "district": "kecamatan",
    "village": "kelurahan/desa",
}


def draw(
    text: str,
    recommendation: Mapping[str, Any],
    explanation: Mapping[str, Any],
    *,
    width: int = 80,
    colour: bool = False,
    names: Mapping[str, str] | None = None,
) -> list[str]:
    """The lines that show why a recommendation is what it is.

    Args:
        text: ``Complaint.words``, to which the explanation's offsets refer.
        recommendation: ``Recommendation.to_row()``.
        explanation: ``Explanation.to_row()``.
        width: columns of the terminal.
        colour: whether colours may be used; words are put in "[+…]" and "[-…]" otherwise.
        names: what mandates and region codes are called; those not listed stand as they are.
    """
    table = Table.grid(padding=(0, 1))
    table.add_column(width=8)
    table.add_column(overflow="fold")
    label = ""
    for heading, body in _rows(text, recommendation, explanation, colour, names or {}):
        table.add_row("" if heading == label else heading, body)
        label = heading
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        legacy_windows=False,
        _environ={},  # the caller decides on width and colour, not the environment
    )
    with console.capture() as captured:
        console.print(table)
    return [line.rstrip() for line in captured.get().splitlines()]


def _rows(
    text: str,
    recommendation: Mapping[str, Any],
    explanation: Mapping[str, Any],
    colour: bool,
    names: Mapping[str, str],
) -> Iterator[tuple[str, Text]]:
    """Headings with what stands beside them; a heading that stands twice is written once."""
    yield "Urusan", _mandates(recommendation, explanation, colour, names)
    yield "Laporan", _marked(text, explanation["words"], colour)
    for place in explanation["places"]:
        region = names.get(place["region_code"], place["region_code"])
        said = f"“{place['text']}” → {region} ({place['probability']:.0%})"
        yield "Tempat", Text(_plain(said))
    for rule in explanation["rules"]:
        said = f"“{text[rule['start'] : rule['end']]}” → {_LEVELS[rule['level']]}: {rule['topic']}"
        found = Text(_plain(said))
        found.append(f"\n{rule['because']} {'; '.join(rule['articles'])}.", "dim")
        yield "Aturan", found
    for case in explanation["similar"]:
        found = Text(_plain(f"{case['similarity']:.0%} {case['unit']}"))
        found.append("\n" + _plain(case["text"].replace("\n", " ")), "dim")
        yield "Serupa", found


def _mandates(
    recommendation: Mapping[str, Any],
    explanation: Mapping[str, Any],
    colour: bool,
    names: Mapping[str, str],
) -> Text:
    """The top mandate and the runner-up, each with the sign of its words."""
    probabilities = {row["id"]: row["probability"] for row in recommendation["mandates"]}
    found = Text()
    for mandate, style, sign in (
        (explanation["top"], _FOR, "[+]"),
        (explanation["runner_up"], _AGAINST, "[-]"),
    ):
        if not mandate:
            continue
        found.append(", bukan " if found else "")
        found.append(names.get(mandate, mandate), style if colour else "")
        found.append(f" {probabilities.get(mandate, 0.0):.0%}{'' if colour else f' {sign}'}")
    return found


def _marked(text: str, words: list[Mapping[str, Any]], colour: bool) -> Text:
    """The text with the words that speak for the top mandate, and those against it, marked."""
    spans = sorted((w["start"], w["end"], w["weight"] > 0) for w in words)
    found, done = Text(), 0
    for start, end, speaks_for in spans:
        found.append(_plain(text[done:start]))
        word = _plain(text[start:end])
        if colour:
            found.append(word, _FOR if speaks_for else _AGAINST)
        else:
            found.append(f"[{'+' if speaks_for else '-'}{word}]")
        done = end
    return found.append(_plain(text[done:]))


def _plain(text: str) -> str:
    """Without control characters, which a terminal would obey."""
    return _CONTROL.sub(" ", text)
