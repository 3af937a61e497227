"""A recommendation for the terminal, in Indonesian."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from data.registry.regions import NATION
from data.registry.registry import Registry

_KINDS = {
    "complaint": "pengaduan",
    "aspiration": "aspirasi",
    "information": "permintaan informasi",
    "none": "bukan laporan",
}
_DECISIONS = {"auto-route": "teruskan otomatis", "review": "tinjau", "ask": "tanya pelapor"}


def lines(text: str, row: Mapping[str, Any], registry: Registry) -> Iterator[str]:
    """The lines of an answer, with its explanation where it has one.

    Args:
        text: the complaint's words, to which offsets refer.
        row: ``Recommendation.to_row()``.
        registry: names mandates and regions.
    """
    yield from _summary(row)
    for number, part in enumerate(row["parts"], 1):
        yield ""
        yield f"Perkara {number}: {text[part['start'] : part['end']].strip()}"
        yield from (f"  {line}" for line in _units(part["recommendation"]))
    if "explanation" in row:
        from classifier.draw import draw

        yield ""
        yield from draw(
            text,
            row,
            row["explanation"],
            width=shutil.get_terminal_size().columns,
            colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ,
            names=_names(row, registry),
        )


def _summary(row: Mapping[str, Any]) -> Iterator[str]:
    if row["urgency"]:
        found = row["urgency"]
        words = ", ".join(f"“{span['text']}”" for span in found["spans"])
        yield f"DARURAT   {found['message']} ({words})"
    yield f"Jenis     {_KINDS[row['kind']]}"
    yield f"Kategori  {row['category']}"
    yield f"Putusan   {_DECISIONS[row['decision']]}"
    for reason in row["reasons"]:
        yield f"          {reason['message']} {reason['question']}".rstrip()
    yield ""
    yield from _units(row)


def _units(row: Mapping[str, Any]) -> Iterator[str]:
    for rank, candidate in enumerate(row["candidates"], 1):
        bar = "█" * round(20 * candidate["probability"])
        agency = f" — {candidate['agency']}" if candidate["agency"] else ""
        yield f"{rank}. {candidate['probability']:6.1%} {bar:<20} {candidate['unit']}{agency}"


def _names(row: Mapping[str, Any], registry: Registry) -> dict[str, str]:
    names = {mandate.id: mandate.name for mandate in registry.mandates.values()}
    codes = {place["region_code"] for place in row["explanation"]["places"]}
    return names | {
        code: registry.regions.name(code)
        for code in codes
        if code != NATION and registry.regions.get(code)
    }
