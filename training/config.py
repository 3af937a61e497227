"""The settings of a training run: written defaults, a TOML file, ``--set key=value``."""

import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from data.errors import TableError


@dataclass(frozen=True, slots=True)
class Config:
    """What a training run can be told.

    Attributes:
        seed: of everything that is drawn by chance.
        backend: kind of text model.
        cost: the SVM's C: larger follows the training cases more closely.
        letters_from: shortest letter n-gram.
        letters_to: longest letter n-gram.
        min_count: texts that must contain a feature.
        blocks: blocks of time into which a source's cases are cut; each is answered by a model
            that was fitted without it.
        valid_share: share of the starter cases kept for tuning where labelled ones are too few.
        local_cases: cases from which a regency gets a head of its own.
        region_cases: cases of one regency that the pooled heads count in full; beyond, all of its
            cases weigh less.
        category_cases: cases from which a category is learnt.
        starter_weight: weight of a starter case beside a labelled one.
        similar_cases: latest labelled cases kept, masked, to be shown as similar; 0 keeps none.
        target_precision: share of right answers that auto-routing promises.
    """

    seed: int = 7
    backend: str = "linear"
    cost: float = 0.3
    letters_from: int = 3
    letters_to: int = 5
    min_count: int = 2
    blocks: int = 4
    valid_share: float = 0.12
    local_cases: int = 500
    region_cases: int = 1000
    category_cases: int = 5
    starter_weight: float = 1.0
    similar_cases: int = 20_000
    target_precision: float = 0.95


def read_config(path: Path | None = None, settings: Sequence[str] = ()) -> Config:
    """The configuration of a file with ``key=value`` settings on top.

    Raises:
        TableError: keys are unknown or values of the wrong type; all of them are listed.
    """
    values: dict[str, Any] = {}
    source = str(path) if path else "--set"
    if path is not None:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise TableError(source, [f"cannot be read: {error.strerror}"]) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise TableError(source, [f"not readable as TOML: {error}"]) from None
    problems: list[str] = []
    for setting in settings:
        key, mark, written = setting.partition("=")
        if not mark:
            problems.append(f"{setting!r} is not key=value; write for example cost=0.5")
        else:
            values[key.strip()] = _value(written.strip())
    checked, found = _checked(values)
    problems += found
    if problems:
        raise TableError(source, problems)
    return Config(**checked)


def _value(written: str) -> Any:
    try:
        return tomllib.loads(f"v = {written}")["v"]
    except tomllib.TOMLDecodeError:
        return written


def _checked(values: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    defaults = asdict(Config())
    checked: dict[str, Any] = {}
    problems: list[str] = []
    for key, value in values.items():
        if key not in defaults:
            known = ", ".join(f.name for f in fields(Config))
            problems.append(f"{key!r} is no setting; the settings are {known}")
            continue
        kind = type(defaults[key])
        whole = type(value) is int and kind is float
        if type(value) is not kind and not whole:
            problems.append(
                f"{key} = {value!r} is no {kind.__name__}; the default is {defaults[key]!r}"
            )
        elif kind in (int, float) and value < 0:
            problems.append(f"{key} = {value!r} is negative; the default is {defaults[key]!r}")
        else:
            checked[key] = kind(value)
    return checked, problems
