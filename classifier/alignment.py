"""Where the words that the model reads stand in the text as it was written."""

import re
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from data.text import normalise

# Only blanks that ``normalise`` never takes out: what stands between them is read by itself.
_TOKEN = re.compile(r"[^ \t\n\r]+")
_RUN = re.compile(r"[^\W_]+")
_LONG = 60  # characters of a piece whose inner borders are sought


class Word(NamedTuple):
    """A normalised word with the span (offsets of characters) that it was read from."""

    text: str
    start: int
    end: int


def align(text: str) -> list[Word]:
    """The words of ``normalise(text)`` in order, each with its span in ``text``.

    Several words may share a span ("terimakasih"). Nothing of what ``normalise`` does is repeated
    here: pieces of the text are normalised by themselves, and a border between two pieces stands
    only where that gives the same words. Were the words of all pieces ever not those of the whole,
    each would get the whole text as its span.
    """
    words = [
        Word(word, token.start() + start, token.start() + end)
        for token in _TOKEN.finditer(text)
        for word, start, end in _read_token(token.group())
    ]
    whole = normalise(text).split()
    if [word.text for word in words] == whole:
        return words
    return [Word(word, 0, len(text)) for word in whole]


def _read_token(token: str) -> list[Word]:
    return _remembered(token) if len(token) <= _LONG else _read(token)


def _read(token: str) -> list[Word]:
    """The words of a piece without blanks, spans counted from its beginning."""
    words = normalise(token).split()
    if len(words) < 2:
        return [Word(word, *_trimmed(token, 0)) for word in words]
    runs = [(run.start(), run.group()) for run in _RUN.finditer(token)]
    parts = [normalise(run).split() for _, run in runs]
    if list(chain.from_iterable(parts)) != words:
        runs, parts = [(0, token)], [words]  # a link, or letters that only together make one
    return [
        word
        for (start, run), part in zip(runs, parts, strict=True)
        for word in _parted(run, start, part)
    ]


def _parted(piece: str, start: int, words: list[str]) -> list[Word]:
    """The words of a piece, parted where each half gives its words ("Banjir|Sampai")."""
    if len(words) > 1 and len(piece) <= _LONG:
        for cut in range(1, len(piece)):
            left = normalise(piece[:cut]).split()
            count = len(left)
            if 0 < count < len(words) and left == words[:count]:
                right = normalise(piece[cut:]).split()
                if right == words[count:]:
                    span = _trimmed(piece[:cut], start)
                    rest = _parted(piece[cut:], start + cut, right)
                    return [*(Word(word, *span) for word in left), *rest]
    span = _trimmed(piece, start)
    return [Word(word, *span) for word in words]


def _trimmed(piece: str, start: int) -> tuple[int, int]:
    """The span of a piece without the marks around it."""
    runs = list(_RUN.finditer(piece))
    if not runs:
        return start, start + len(piece)
    return start + runs[0].start(), start + runs[-1].end()


_remembered = lru_cache(maxsize=20_000)(_read)  # short pieces, most of which come again and again
