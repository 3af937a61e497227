"""What danger to life or limb is: the table of its words and signs, and the written examples."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from data.errors import TableError
from data.registry.regions import TABLES
from data.registry.tables import read_yaml
from data.text import normalise

FOLDER = TABLES / "urgency"
NUMBERS = ("110", "112", "113", "119")

_PART = re.compile(r" \+ ")
_CONCEPT = re.compile(r"\{(.+)\}")


@dataclass(frozen=True, slots=True)
class Concept:
    """Words and phrases that stand for one thing, and phrases in which they do not."""

    words: tuple[str, ...]
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Danger:
    """A kind of danger.

    Attributes:
        name: in Indonesian.
        number: the emergency number to call first.
        message: one Indonesian sentence for the citizen and the desk; names the number.
        signs: what flags a complaint; see ``parts``.
        speaks: sentences in which a sign must be found.
        silent: sentences with similar words in which none must.
    """

    id: str
    name: str
    number: str
    message: str
    signs: tuple[str, ...]
    speaks: tuple[str, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DangerTable:
    """The concepts by name, the dangers, and what silences the signs.

    Attributes:
        window: words within which the parts of a sign must stand.
        calm: what tells of something past, planned or asked.
        harm: the concepts without any of which a text hardly ever tells of danger.
    """

    window: int
    calm: tuple[str, ...]
    harm: tuple[str, ...]
    concepts: Mapping[str, Concept]
    dangers: tuple[Danger, ...]

    def to_row(self) -> dict[str, Any]:
        """The table as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "DangerTable":
        """The table of what ``to_row`` gave, or of the YAML's content."""
        return cls(
            window=row["window"],
            calm=tuple(row["calm"]),
            harm=tuple(row["harm"]),
            concepts={
                name: Concept(**{key: tuple(value) for key, value in concept.items()})
                for name, concept in row["concepts"].items()
            },
            dangers=tuple(_danger(danger) for danger in row["dangers"]),
        )


@dataclass(frozen=True, slots=True)
class Example:
    """A written text and whether it is urgent; ``danger`` is empty if it is not."""

    text: str
    urgent: bool
    danger: str
    register: str


def _danger(row: Mapping[str, Any]) -> Danger:
    listed = {key: tuple(row[key]) for key in ("signs", "speaks", "silent")}
    return Danger(**{**row, **listed})


def parts(sign: str) -> list[list[str]]:
    """The parts of a sign, each with its alternatives: "{concept}" or a phrase.

    >>> parts("{api} + damkar | pemadam")
    [['{api}'], ['damkar', 'pemadam']]
    """
    return [[option.strip() for option in part.split(" | ")] for part in _PART.split(sign)]


def concept_of(option: str) -> str | None:
    """The concept that an alternative names; None for a phrase."""
    found = _CONCEPT.fullmatch(option)
    return found.group(1) if found else None


def load_dangers(path: Path = FOLDER / "dangers.yaml") -> DangerTable:
    """The table of dangers.

    Raises:
        TableError: every fault is listed with its field and remedy.
    """
    row = read_yaml(path)
    try:
        table = DangerTable.from_row(row)
    except (KeyError, TypeError, AttributeError) as error:
        raise TableError(
            str(path), [f"{error!r}; give window, calm, harm, concepts, dangers"]
        ) from None
    problems = [*_concept_problems(table), *_danger_problems(table)]
    if problems:
        raise TableError(str(path), problems)
    return table


def load_examples(dangers: Sequence[str], paths: Sequence[Path] | None = None) -> list[Example]:
    """The examples to learn from: by default all files ``develop*.jsonl``.

    Args:
        dangers: the ids that an urgent example may name.
        paths: other files.

    Raises:
        TableError: a line is no example; the line and the remedy are given.
    """
    found: list[Example] = []
    for path in sorted(FOLDER.glob("develop*.jsonl")) if paths is None else paths:
        problems: list[str] = []
        for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                example = Example(**json.loads(text))
            except (json.JSONDecodeError, TypeError):
                problems.append(f"line {line}: give text, urgent, danger and register as JSON")
                continue
            if example.urgent != (example.danger in dangers):
                problems.append(
                    f"line {line}: danger {example.danger!r}; an urgent text names one of "
                    f"{', '.join(dangers)}, any other leaves it empty"
                )
            found.append(example)
        if problems:
            raise TableError(str(path), problems)
    return found


def _concept_problems(table: DangerTable) -> list[str]:
    return [
        f"concepts: {name}: {phrase!r} holds no word in small letters; write some"
        for name, concept in table.concepts.items()
        for phrase in (*concept.words, *concept.unless)
        if not isinstance(phrase, str) or not normalise(phrase) or phrase != phrase.lower()
    ]


def _danger_problems(table: DangerTable) -> list[str]:
    problems: list[str] = []
    seen: set[str] = set()
    for danger in table.dangers:
        where = f"dangers: {danger.id}: "
        if danger.id in seen:
            problems.append(f"{where}stands twice; give one another id")
        seen.add(danger.id)
        if danger.number not in NUMBERS:
            problems.append(f"{where}number: {danger.number!r}; choose among {NUMBERS}")
        if danger.number not in danger.message:
            problems.append(f"{where}message: does not name {danger.number}; write it in")
        if not (danger.signs and danger.speaks and danger.silent):
            problems.append(f"{where}signs, speaks, silent: one of them is empty; write some")
        problems += [where + problem for sign in danger.signs for problem in _unknown(sign, table)]
    problems += [f"calm: {p}" for sign in table.calm for p in _unknown(sign, table)]
    return problems + [
        f"harm: {name!r} names no concept; add it or mend the name"
        for name in table.harm
        if name not in table.concepts
    ]


def _unknown(sign: str, table: DangerTable) -> list[str]:
    return [
        f"{option!r} names no concept; add it or mend the name"
        for part in parts(sign)
        for option in part
        if (name := concept_of(option)) is not None and name not in table.concepts
    ]
