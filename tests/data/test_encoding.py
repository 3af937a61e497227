"""Bytes become text in the encodings that spreadsheets and exports write."""

import pytest

from data.encoding import decode
from data.errors import PintuError

TEXT = "id,text\n1,Jalan “Kenanga” rusak – tolong\n2,lampu mati é\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_reads_every_unicode_encoding(encoding: str) -> None:
    assert decode(TEXT.encode(encoding), "x.csv") == (TEXT, [])


def test_reads_windows_1252_and_says_so() -> None:
    text, problems = decode(TEXT.encode("cp1252"), "x.csv")
    assert text == TEXT
    assert [(p.line, p.severity) for p in problems] == [(0, "warning")]
    assert "Windows-1252" in problems[0].reason


def test_utf8_with_a_broken_character_stays_utf8_and_names_the_line() -> None:
    raw = TEXT.encode().replace("é".encode(), b"\xc3")
    text, problems = decode(raw, "x.csv")
    assert "“Kenanga”" in text
    assert [(p.line, p.severity) for p in problems] == [(3, "warning")]


def test_bytes_of_no_known_encoding_name_the_line() -> None:
    with pytest.raises(PintuError, match=r"x\.csv: line 2: neither UTF-8 nor Windows-1252"):
        decode(b"text\nabc \x81\x8d\n", "x.csv")


def test_a_cut_utf16_file_is_an_error() -> None:
    with pytest.raises(PintuError, match="broken utf-16"):
        decode(TEXT.encode("utf-16")[:-1], "x.csv")


def test_null_bytes_in_utf8_are_left_to_the_reader_of_cells() -> None:
    assert decode(b"text\na\0b and a longer text\n", "x.csv")[0] == "text\na\0b and a longer text\n"
