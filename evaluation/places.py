"""Measures the place finder on real texts that are kept outside of the repository.

``python -m evaluation.places --shared ../shared`` prints the figures of docs/places.md.
"""

import csv
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from classifier.place_words import TYPES, PlaceWords, name_key
from classifier.places import PlaceFinder
from classifier.recommendation import Mention
from data.registry.regions import TABLES, Region, Regions, level_of, read_regions

BANDUNG, SURABAYA = "32.73", "35.78"
TUNED_BEFORE = "2022-12-01"  # Surabaya's cases from here on were not looked at when tuning
_MOST_WORDS = 4
_CUES = ("kec", "kecamatan", "kel", "kelurahan", "desa", "ds")

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A name from the tables as it stands in a text, found by plain comparison of words."""

    first: int
    last: int
    start: int
    end: int
    key: str


def read_all_regions(shared: Path) -> Regions:
    """The bundled regions with all districts and villages of ``shared/data/wilayah.csv``."""
    regions = read_regions(TABLES / "regions.csv")
    known = {region.code for region in regions}
    places = read_regions(shared / "data" / "wilayah.csv")
    return Regions([*regions, *(place for place in places if place.code not in known)])


def measure(shared: Path, *, regions: Regions | None = None) -> dict[str, Figures]:
    """Figures of the place finder by table name; shares lie between 0 and 1, times are in ms.

    Args:
        shared: folder with ``data/bandung_tweets.csv``, ``surabaya.csv`` and ``wilayah.csv``.
        regions: regions with districts and villages, if they were read already.
    """
    regions = regions or read_all_regions(shared)
    began = time.perf_counter()
    finder = PlaceFinder(regions)
    built = time.perf_counter() - began
    tweets = _rows(shared / "data" / "bandung_tweets.csv")
    cases = _rows(shared / "data" / "surabaya.csv")
    earlier = [row for row in cases if row["created_at"] < TUNED_BEFORE]
    later = [row for row in cases if row["created_at"] >= TUNED_BEFORE]
    few = PlaceFinder(Regions(read_regions(TABLES / "regions.csv")))
    texts = [row["text"] for row in cases if 45 <= len(row["text"].split()) <= 55]
    return {
        "Bandung tweets": _tweets(finder, regions, tweets),
        f"Surabaya before {TUNED_BEFORE}": _fields(finder, regions, earlier),
        f"Surabaya from {TUNED_BEFORE}": _fields(finder, regions, later),
        "Time (ms)": {
            "construction, all places": built * 1000,
            "text of 45-55 words, no imported places": _time(few, texts, None),
            "text of 45-55 words, all places, regency known": _time(finder, texts, SURABAYA),
            "text of 45-55 words, all places, nothing known": _time(finder, texts, None),
        },
    }


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def occurrences(words: PlaceWords, keys: Iterable[str]) -> Iterator[Occurrence]:
    """Names among the words of a text, the longest first, without overlap."""
    known, first = frozenset(keys), 0
    while first < len(words):
        for last in range(min(first + _MOST_WORDS, len(words)) - 1, first - 1, -1):
            key = words.key(first, last)
            if key in known:
                start, end = words.spans[first][0], words.spans[last][1]
                yield Occurrence(first, last, start, end, key)
                first = last
                break
        first += 1


def _total(mention: Mention) -> float:
    return sum(probability for _, probability in mention.candidates)


def _bare(mention: Mention) -> str:
    """The joined letters of a mention without its type word."""
    words = PlaceWords(mention.text).words
    return "".join(words[1:] if words[0] in TYPES else words)


def _is_fine(mention: Mention) -> bool:
    return level_of(mention.candidates[0][0]) in ("district", "village")


def _inside(regions: Regions, regency: str) -> list[Region]:
    return [region for region in regions if region.code.startswith(f"{regency}.")]


# -- hand-marked location spans


def _tweets(finder: PlaceFinder, regions: Regions, rows: list[dict[str, str]]) -> Figures:
    """Recall of names that stand in the marked spans, and how many of our mentions lie there."""
    fine = {name_key(region.name) for region in _inside(regions, BANDUNG)}
    coarse = {
        name_key(name)
        for region in regions
        if region.code.count(".") < 2
        for name in (region.short, *region.aliases)
    }
    count: Counter[str] = Counter()
    for row in rows:
        mentions = finder.find(row["text"], regency=BANDUNG)
        marked = row["location_span"].strip().lower()
        span = PlaceWords(marked if marked != "-" else "").joined.replace(" ", "")
        _count_found(count, "fine", mentions, row["text"], span, fine)
        _count_found(count, "coarse", mentions, row["text"], span, coarse - fine)
        for mention in mentions:
            if _total(mention) >= 0.5:
                size = "fine" if _is_fine(mention) else "coarse"
                inside = _bare(mention) in span
                count[f"mentions, {size}"] += 1
                count[f"mentions in spans, {size}"] += inside
                count[f"mentions where marked, {size}"] += bool(span)
    figures: Figures = {}
    for size in ("fine", "coarse"):
        for sort in ("plain", "street"):
            names = count[f"names, {size}, {sort}"]
            figures[f"{size}, {sort}: names in spans"] = names
            for least in (0.05, 0.5):
                found = count[f"found {least}, {size}, {sort}"]
                figures[f"{size}, {sort}: recall at {least}"] = _share(found, names)
        figures[f"{size}: mentions at 0.5"] = count[f"mentions, {size}"]
        hits = count[f"mentions in spans, {size}"]
        figures[f"{size}: in a span, all tweets"] = _share(hits, count[f"mentions, {size}"])
        marked_too = count[f"mentions where marked, {size}"]
        figures[f"{size}: in a span, tweets with a span"] = _share(hits, marked_too)
    return figures


def _count_found(
    count: Counter[str],
    size: str,
    mentions: list[Mention],
    text: str,
    span: str,
    keys: Iterable[str],
) -> None:
    words = PlaceWords(text)
    for name in occurrences(words, keys) if span else ():
        if name.key not in span:
            continue
        sort = "street" if words.cue(name.first) == "street" else "plain"
        count[f"names, {size}, {sort}"] += 1
        over = [m for m in mentions if m.start < name.end and name.start < m.end]
        for least in (0.05, 0.5):
            count[f"found {least}, {size}, {sort}"] += any(_total(m) >= least for m in over)


# -- fields of real cases


def _fields(finder: PlaceFinder, regions: Regions, rows: list[dict[str, str]]) -> Figures:
    """How often the best reading of a name is the district or village in the case's fields."""
    keys = {
        level: _codes(region for region in _inside(regions, SURABAYA) if region.level == level)
        for level in ("district", "village")
    }
    count: Counter[str] = Counter()
    for row in rows:
        fields = {level: keys[level].get(name_key(row[level]), set()) for level in keys}
        words = PlaceWords(row["text"])
        mentions = finder.find(row["text"], regency=SURABAYA)
        for level, known in keys.items():
            _count_cued(count, level, words, mentions, known, fields[level])
        for mention in mentions:
            best, probability = mention.candidates[0]
            if _is_fine(mention) and not _cued(words, mention):
                sort = "bare at 0.5" if probability >= 0.5 else "bare below 0.5"
                count[sort] += 1
                count[f"{sort}, agrees"] += best[:8] in fields["district"]
    figures: Figures = {}
    for level in keys:
        named = count[f"{level}, named"]
        figures[f"{level} after its type word: names"] = named
        figures[f"{level}: found with that reading first"] = _share(count[f"{level}, found"], named)
        figures[f"{level}: first reading is the field"] = _share(count[f"{level}, agrees"], named)
        figures[f"{level}: the name is the field"] = _share(count[f"{level}, is field"], named)
    for sort in ("bare at 0.5", "bare below 0.5"):
        figures[f"{sort}: mentions"] = count[sort]
        figures[f"{sort}: first reading in the field's district"] = _share(
            count[f"{sort}, agrees"], count[sort]
        )
    return figures


def _codes(regions: Iterable[Region]) -> dict[str, set[str]]:
    """Regions by joined name; two villages of a city may share theirs."""
    codes: dict[str, set[str]] = {}
    for region in regions:
        codes.setdefault(name_key(region.name), set()).add(region.code)
    return codes


def _cued(words: PlaceWords, mention: Mention) -> bool:
    first = next(i for i, (start, _) in enumerate(words.spans) if start >= mention.start)
    return words.words[first] in TYPES or bool(words.types(first)[0])


def _count_cued(
    count: Counter[str],
    level: str,
    words: PlaceWords,
    mentions: list[Mention],
    keys: dict[str, set[str]],
    field: set[str],
) -> None:
    for name in occurrences(words, keys):
        cue = words.words[name.first - 1] if name.first else ""
        if cue not in _CUES or level not in TYPES[cue]:
            continue
        over = [m for m in mentions if m.start < name.end and name.start < m.end]
        best = over[0].candidates[0][0] if over else ""
        count[f"{level}, named"] += 1
        count[f"{level}, found"] += best in keys[name.key]
        count[f"{level}, agrees"] += best in field
        count[f"{level}, is field"] += bool(keys[name.key] & field)


def _time(finder: PlaceFinder, texts: list[str], regency: str | None) -> float:
    """The median time of a text after one pass that fills the memories."""
    for text in texts:
        finder.find(text, regency=regency)
    times: list[float] = []
    for text in texts:
        began = time.perf_counter()
        finder.find(text, regency=regency)
        times.append(time.perf_counter() - began)
    return sorted(times)[len(times) // 2] * 1000 if times else float("nan")


def table(figures: dict[str, Figures]) -> str:
    """The figures as text, a line each."""
    lines: list[str] = []
    for title, part in figures.items():
        lines += ["", title]
        lines += [f"  {name:<60} {value:>9.3f}" for name, value in part.items()]
    return "\n".join(lines[1:])


@click.command()
@click.option(
    "--shared",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder with the real texts.",
)
def main(shared: Path) -> None:
    """Print the figures of the place finder."""
    click.echo(table(measure(shared)))


if __name__ == "__main__":
    main()
