"""The errors that Pintu raises about what it was given."""

from collections.abc import Sequence


class PintuError(Exception):
    """Something that the caller can mend; the message says what and how."""


class TableError(PintuError):
    """A table, profile or configuration with faults, all of them listed at once.

    Attributes:
        problems: one sentence a fault, each with its line (where known) and its remedy.
    """

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        self.source = source
        self.problems = list(problems)
        listed = "\n".join(f"  - {problem}" for problem in self.problems)
        super().__init__(f"{source}: {len(self.problems)} problem(s)\n{listed}")
