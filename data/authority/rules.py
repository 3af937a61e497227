"""The table of authority rules: read from YAML and checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from data.authority.words import words_of
from data.errors import TableError
from data.registry.regions import LEVELS, Level
from data.registry.tables import Mandate, read_yaml
from data.text import informal_words

TABLES = Path(__file__).parent / "tables"
STRENGTHS = ("strong", "usual", "weak")

_LAW = re.compile(r"(UU|PP|Perpres|Inpres|PMK|POJK|Permen\w*) \d+/\d{4}\b")
_OPTIONAL = frozenset(["unless"])


@dataclass(frozen=True, slots=True)
class Rule:
    """What words of a complaint say about the level of government that answers.

    Attributes:
        topic: the affair, in Indonesian.
        mandates: ids of the mandates about whose level the rule speaks.
        words: words and phrases as citizens write them.
        unless: phrases in which the words do not count.
        articles: the laws that say so.
        strength: how surely the words mean this: strong, usual or weak.
        because: one Indonesian sentence for citizens and admins.
        speaks: sentences in which the rule must be found.
        silent: sentences with similar words in which it must not.
    """

    id: str
    topic: str
    level: Level
    mandates: tuple[str, ...]
    words: tuple[str, ...]
    articles: tuple[str, ...]
    strength: str
    because: str
    speaks: tuple[str, ...]
    silent: tuple[str, ...]
    unless: tuple[str, ...] = ()


_KINDS: dict[str, type] = {
    field.name: str if field.type in (str, Level) else list for field in fields(Rule)
}


def load_rules(mandates: Mapping[str, Mandate], folder: Path = TABLES) -> tuple[Rule, ...]:
    """The rules of the folder's YAML files, by file name and in the order of their lines.

    Raises:
        TableError: rules are incomplete, stand twice or name what does not exist; every fault is
            listed with its file, rule, field and remedy.
    """
    rules: list[Rule] = []
    problems: list[str] = []
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        for number, row in enumerate(read_yaml(path) or (), start=1):
            if not isinstance(row, Mapping):
                problems.append(f"{path.name}: rule {number} is no list of fields; write 'id: …'")
                continue
            where = f"{path.name}: rule {row.get('id', number)!r}: "
            found = _shape_problems(row) or _sense_problems(row, mandates)
            if row.get("id") in seen:
                found.append(f"id stands in {seen[row['id']]} too; give it another")
            seen[row.get("id", number)] = path.name
            problems += [where + problem for problem in found]
            if not found:
                rules.append(rule_from(row))
    if problems:
        raise TableError(str(folder), problems)
    return tuple(rules)


def rule_from(row: Mapping[str, Any]) -> Rule:
    """A rule from its table row (YAML or the JSON of a bundle)."""
    values: dict[str, Any] = {
        key: tuple(value) if _KINDS[key] is list else value for key, value in row.items()
    }
    return Rule(**values)


def _shape_problems(row: Mapping[str, Any]) -> list[str]:
    """Fields that are missing, unknown or of the wrong kind."""
    problems = [
        f"{key}: no such field; choose among {sorted(_KINDS)}" for key in row.keys() - _KINDS
    ]
    for key, kind in _KINDS.items():
        value = row.get(key)
        if not value:
            if key not in _OPTIONAL:
                problems.append(f"{key}: missing; write it")
        elif kind is str and not isinstance(value, str):
            problems.append(f"{key}: {value!r} is no text; put it in quotes")
        elif kind is list and not (
            isinstance(value, list) and all(isinstance(item, str) and item for item in value)
        ):
            problems.append(f'{key}: {value!r} is no list of texts; write ["…", "…"]')
    return sorted(problems)


def _sense_problems(row: Mapping[str, Any], mandates: Mapping[str, Mandate]) -> list[str]:
    """Values that name what does not exist."""
    problems: list[str] = []
    level = row["level"]
    if level not in LEVELS:
        problems.append(f"level: {level!r} is none; choose one of {LEVELS}")
    if row["strength"] not in STRENGTHS:
        problems.append(f"strength: {row['strength']!r} is none; choose one of {STRENGTHS}")
    for name in row["mandates"]:
        if name not in mandates:
            problems.append(f"mandates: {name!r} is no mandate; write an id from tables/mandates")
        elif level in LEVELS and level not in mandates[name].levels:
            has = ", ".join(mandates[name].levels)
            problems.append(f"level: {name!r} has no desk at {level!r}; choose among {has}")
    for key in ("words", "unless"):
        for phrase in row.get(key, ()):
            problem = _phrase_problem(phrase)
            if problem:
                problems.append(f"{key}: {phrase!r} {problem}")
    problems += [
        f'articles: {article!r} cites no law; write its kind, number and year ("UU 23/2014 …")'
        for article in row["articles"]
        if not _LAW.match(article)
    ]
    return problems


def _phrase_problem(phrase: str) -> str | None:
    words, _ = words_of(phrase)
    if not words:
        return "holds no word; write letters or digits"
    if informal_words().get(phrase, " ").isalpha():
        return f"is read as {words[0]!r}; write it in capitals or more words around it"
    return None
