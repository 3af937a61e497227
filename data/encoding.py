"""The text in a file's bytes, whatever encoding the exporting program chose."""

import codecs
import re

from data.errors import PintuError
from data.problem import Problem

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOST = "\ufffd"
_BEYOND_ASCII = re.compile(rf"[^\x00-\x7f{_LOST}]")


def decode(raw: bytes, source: str) -> tuple[str, list[Problem]]:
    """The text of a file in UTF-8, UTF-16, UTF-32 or Windows-1252, and what was lost on the way.

    A byte-order mark decides; then the null bytes of UTF-16 without one; then UTF-8 if it is valid
    or nearly so; then Windows-1252.

    Raises:
        PintuError: none of them can read it.
    """
    marked = next((name for bom, name in _BOMS if raw.startswith(bom)), "")
    encoding = marked or _utf16(raw[:4096]) or "utf-8"
    try:
        return raw.decode(encoding), []
    except UnicodeDecodeError as error:
        if encoding.startswith(("utf-16", "utf-32")):
            fault = f"broken {encoding} ({error.reason})"
            raise PintuError(f"{source}: {fault}; save the file as UTF-8") from None
    text = raw.decode("utf-8-sig", errors="replace")
    if marked or len(_BEYOND_ASCII.findall(text)) >= text.count(_LOST):
        return text, [
            Problem(line, "", f"bytes that are not UTF-8 were replaced by {_LOST}", "warning")
            for line, content in enumerate(text.split("\n"), start=1)
            if _LOST in content
        ]
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        fault = f"line {line}: neither UTF-8 nor Windows-1252"
        raise PintuError(f"{source}: {fault}; save the file as UTF-8") from None
    return text, [Problem(0, "", "the file is not UTF-8; it was read as Windows-1252", "warning")]


def _utf16(start: bytes) -> str:
    """The UTF-16 variant that the null bytes of mostly Latin text show, or an empty string."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) < len(start) / 4 or min(even, odd) > max(even, odd) / 10:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"
