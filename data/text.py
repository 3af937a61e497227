"""Normalisation of complaint text: idempotent, and cheap enough to run on every request."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

TABLES = Path(__file__).parent / "tables"

_URL = re.compile(r"(?:https?://|www\.)\S+")
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_WORD = re.compile(r"[^\W_]+")
_INVISIBLE = re.compile(
    r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b-\u200f\u2060\ud800-\udfff\ufeff]"
)
_PIECE = re.compile(r"[^ \t\n\r]+")
_LONG = 30  # characters of the longest piece that is remembered
_CAMEL = re.compile(r"(?<=[a-z]{2})(?=[A-Z][a-z])")


def clean(text: str) -> str:
    """Text as it may be stored and shown: composed Unicode, nothing invisible, no control
    characters, no halves of characters (which no UTF-8 can be written with)."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()


@lru_cache(maxsize=64)  # several parts of a router read the same text
def normalise(text: str) -> str:
    """Text as the text model reads it: lower case, plain words separated by one space.

    Applying it twice gives the same as applying it once. Links become "tautan"; mentions keep
    their name (it often names the agency); letters repeated three times or more become one;
    words glued by a lost line break ("BanjirSampai") are parted; informal spellings become
    formal where the table ``tables/informal.tsv`` knows them.

    >>> normalise("Pak, jlnnn rusaaak bgt @PemkotSby!! BanjirSampai lutut http://x.id/1")
    'pak jalan rusak banget pemkot sby banjir sampai lutut tautan'
    """
    return " ".join([normal for piece in _PIECE.findall(text) if (normal := _normal(piece))])


def _normal(piece: str) -> str:
    """The words of a piece of a text between blanks. Nothing in it depends on other pieces."""
    return _remembered(piece) if len(piece) <= _LONG else _read(piece)


def _read(piece: str) -> str:
    text = _URL.sub(" tautan ", unicodedata.normalize("NFKC", piece))
    text = _INVISIBLE.sub("", text)
    text = _CAMEL.sub(" ", text).lower()
    text = _REPEATED.sub(r"\1", text)
    informal = informal_words()
    return " ".join(informal.get(word, word) for word in _WORD.findall(text))


_remembered = lru_cache(maxsize=30_000)(_read)  # most pieces come again and again


@lru_cache(maxsize=1)
def informal_words() -> dict[str, str]:
    """Informal spellings and abbreviations with what they stand for, from ``informal.tsv``."""
    lines = (TABLES / "informal.tsv").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("\t") for line in lines if line and not line.startswith("#"))
    return {short: full for short, _, full in pairs}
