"""Groups of near-identical texts, in time about linear in their number."""

import zlib
from collections.abc import Iterable, Sequence

from data.text import normalise

SHINGLE = 5  # words
SIMILAR = 0.7  # share of common shingles (Jaccard) from which two texts are near-identical
_KEYS = 6  # buckets a text; at a similarity of 0.7 two texts share one with p > 0.99
_COMPARED = 16  # texts of a bucket that a further one is compared with


def near_duplicates(texts: Iterable[str]) -> list[list[int]]:
    """Groups of positions whose texts say nearly the same; texts without a twin are left out.

    Two texts belong together if they are equal once normalised, or if at least ``SIMILAR`` of
    their five-word shingles are common. Candidates are texts that share one of their
    ``_KEYS`` lowest shingle hashes (a bottom-k sketch); each is compared with the first text of a
    group only, so a chain of small changes does not join what differs. The result depends on
    nothing but the texts and their order.
    """
    leaders: dict[str, int] = {}  # normalised text → the group's first position
    shingles: dict[int, frozenset[int]] = {}
    buckets: dict[int, list[int]] = {}
    groups: dict[int, list[int]] = {}
    for position, text in enumerate(texts):
        plain = normalise(text)
        leader = leaders.get(plain)
        if leader is None:
            marks = frozenset(_shingles(plain.split()))
            keys = sorted(marks)[:_KEYS]
            leader = _similar(marks, keys, buckets, shingles)
            leaders[plain] = position if leader is None else leader
            if leader is None:
                shingles[position] = marks
                for key in keys:
                    buckets.setdefault(key, []).append(position)
                groups[position] = [position]
                continue
        groups[leader].append(position)
    return [group for group in groups.values() if len(group) > 1]


def _similar(
    marks: frozenset[int],
    keys: Sequence[int],
    buckets: dict[int, list[int]],
    shingles: dict[int, frozenset[int]],
) -> int | None:
    seen: set[int] = set()
    for key in keys:
        for other in buckets.get(key, ())[-_COMPARED:]:
            if other in seen:
                continue
            seen.add(other)
            theirs = shingles[other]
            common = len(marks & theirs)
            if common >= SIMILAR * (len(marks) + len(theirs) - common):
                return other
    return None


def _shingles(words: Sequence[str]) -> Iterable[int]:
    for start in range(max(1, len(words) - SHINGLE + 1)):
        yield zlib.crc32(" ".join(words[start : start + SHINGLE]).encode())
