"""Readings of a written name: as it stands, then with what people add, leave out and misspell."""

import re
from collections.abc import Sequence

from data.registry.index import NameIndex
from data.registry.names import TYPE_WORDS, canonical, written_out
from data.registry.regions import words_of
from data.registry.spelling import Speller
from data.registry.units import Composer

_ABBREVIATION = re.compile(r"\(\s*[A-Z][A-Z\d&-]+\s*\)")
_TITLE = re.compile(r"(?:\b(?:drs?|h|hj|ir|kh|prof)\b\.?\s*)+$", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\([^)]*\)")


class Readings:
    """Makes the readings of names."""

    def __init__(self, composer: Composer, index: NameIndex) -> None:
        offices = {word for entry in index.entries for word in entry.words}
        governed = [r for r in composer.regions if r.level in ("province", "regency")]
        places = {word for region in governed for word in words_of(region.name)}
        texts = (f"{m.duty} {' '.join(m.words)}" for m in composer.mandates.values())
        right = {word for text in texts for word in words_of(text)}
        self._offices = Speller(offices, right | places)
        self._all = Speller(offices | places, right)

    def of(self, name: str) -> list[list[list[str]]]:
        """Groups of readings, the surest first; each reading comes once.

        The last group mends the names of places too, which may be those of villages or branches of
        which no table tells.
        """
        if not name.isupper():
            name = _ABBREVIATION.sub(" ", name)
        words = canonical(name)
        short = canonical(_IN_BRACKETS.sub(" ", name)) or words
        mended, placed = self._offices.mended(short), self._all.mended(short)
        sure = [words, short, mended, written_out(mended)]
        if words[:2] == ["suku", "dinas"]:
            sure.append(words[1:])
        elif words[:1] and words[0] not in TYPE_WORDS:
            sure.append(["dinas", *words])
        seen: list[list[str]] = [[]]
        groups: list[list[list[str]]] = []
        for group in (sure, [placed, written_out(placed)]):
            groups.append([])
            for reading in group:
                if reading not in seen:
                    seen.append(reading)
                    groups[-1].append(reading)
        return groups


def without_program(words: Sequence[str]) -> list[str]:
    """A name without the programme it was asked about ("… - Program BPNT Rastra")."""
    return list(words[: words.index("program")]) if "program" in words else list(words)


def as_written(name: str, words: Sequence[str]) -> str:
    """The part of a name that gave these words, with its own spelling ("Wonorejo - Rungkut").

    A title before it belongs to it ("dr. Soetomo").
    """
    position = name.lower().find(words[0])
    if position < 0:
        return " ".join(words).title()
    title = _TITLE.search(name[:position])
    part = name[title.start() if title else position :]
    last = part.lower().rfind(words[-1])
    return part[: last + len(words[-1])] if last >= 0 else part
