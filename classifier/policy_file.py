"""A deployment's policy, from a TOML file."""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from classifier.policy import ALWAYS, NEVER, Policy
from data.errors import TableError

_KEYS = ("target", "audit_share", "mandates")
_TARGET = (0.5, 0.999)
_SHARE = (0.0, 1.0)


def load_policy(path: Path, mandates: Collection[str]) -> Policy:
    """The policy of a TOML file; what it does not say keeps its default.

    Args:
        path: the file. Its keys are ``target`` (0.5 to 0.999), ``audit_share`` (0 to 1) and the
            table ``mandates``: id = "always", "never" or a target of its own.
        mandates: ids that the table may name.

    Raises:
        TableError: the file cannot be read, or has faults; each is listed with its key and remedy.
    """
    values = _read(path)
    rules = values.get("mandates", {})
    problems = [*_key_problems(values), *_rule_problems(rules, mandates)]
    if problems:
        raise TableError(str(path), problems)
    numbers = {key: float(values[key]) for key in ("target", "audit_share") if key in values}
    return Policy(**numbers, mandates=dict(rules))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        problem = f"cannot be read: {error.strerror}; give the path of a TOML file"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = f"not readable as TOML: {error}; write lines like target = 0.95"
    raise TableError(str(path), [problem])


def _key_problems(values: Mapping[str, Any]) -> Iterator[str]:
    for key in values:
        if key not in _KEYS:
            hint = _near(key, _KEYS, f"the keys are {', '.join(_KEYS)}")
            yield f"{key}: unknown{hint}"
    for key, bounds in (("target", _TARGET), ("audit_share", _SHARE)):
        if key in values and not _within(values[key], bounds):
            low, high = bounds
            yield f"{key}: {values[key]!r}; give a number from {low:g} to {high:g}"


def _rule_problems(rules: object, mandates: Collection[str]) -> Iterator[str]:
    if not isinstance(rules, dict):
        yield f'mandates: {rules!r}; write a table [mandates] with lines like jalan = "never"'
        return
    low, high = _TARGET
    for mandate, rule in rules.items():
        if mandate not in mandates:
            hint = _near(mandate, mandates, "see `pintu mandates`")
            yield f"mandates.{mandate}: unknown{hint}"
        if rule not in (ALWAYS, NEVER) and not _within(rule, _TARGET):
            yield (
                f'mandates.{mandate}: {rule!r}; give "{ALWAYS}", "{NEVER}" or '
                f"a target from {low:g} to {high:g}"
            )


def _near(written: str, known: Collection[str], otherwise: str) -> str:
    close = get_close_matches(written, known, 1)
    return f"; did you mean {close[0]!r}?" if close else f"; {otherwise}"


def _within(value: object, bounds: tuple[float, float]) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return bounds[0] <= value <= bounds[1]
