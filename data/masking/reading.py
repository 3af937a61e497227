"""A text as words with what stands between them."""

import re
from functools import cached_property

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\[[A-Z]+\]|\d+|&")
PARTICLES = {"i", "ni", "la", "wa", "br", "al", "el"}  # short words of names: I Gusti, La Ode


class Reading:
    """The words of a text, as written and in lower case without apostrophes; "" past the ends."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._spans = [match.span() for match in _WORD.finditer(text)]
        self._words = [text[start:end] for start, end in self._spans]
        self.lows = [word.lower() for word in self._words]
        if "'" in text or "’" in text:
            self.lows = [low.replace("'", "").replace("’", "") for low in self.lows]

    @cached_property
    def shouts(self) -> bool:
        """Whether capitals prevail."""
        return sum(map(str.isupper, self.text)) > sum(map(str.islower, self.text))

    def start(self, i: int) -> int:
        return self._spans[i][0]

    def end(self, i: int) -> int:
        return self._spans[i][1]

    def word(self, i: int) -> str:
        return self._words[i] if 0 <= i < len(self._words) else ""

    def low(self, i: int) -> str:
        return self.lows[i] if 0 <= i < len(self.lows) else ""

    def gap(self, i: int) -> str:
        """What stands before the word: since the word before, or the text's beginning."""
        start = self._spans[i - 1][1] if 0 < i <= len(self._spans) else 0
        return self.text[start : self._spans[i][0]] if i < len(self._spans) else self.text[start:]

    def is_title(self, i: int) -> bool:
        """Whether the word begins with a capital and goes on in small letters."""
        return self.word(i)[:1].isupper() and not self.word(i).isupper()
