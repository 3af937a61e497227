"""``pintu settings`` and ``pintu drift``."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from serving.ops.drift import Drift

_PREFIX = "PINTU_"
_ELSEWHERE = ("HOME",)  # read by data.home, without the other settings
_SET = "(set)"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def settings(as_json: bool) -> None:
    """Show every setting, its value and where it comes from. Secrets are hidden."""
    rows = list(_settings())
    if as_json:
        found = {row["name"]: {"value": row["value"], "from": row["from"]} for row in rows}
        click.echo(json.dumps(found, indent=2))
    else:
        shown = [
            (r["name"], "" if r["value"] is None else str(r["value"]), r["from"]) for r in rows
        ]
        click.echo("\n".join(_columns([("setting", "value", "from"), *shown])))
    for name, meant in misspelt(os.environ):
        hint = f"; did you mean {meant}?" if meant else ""
        click.echo(f"{name} is no setting of Pintu{hint}", err=True)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def drift(as_json: bool) -> None:
    """Compare the last seven days with the cases that the active bundle was calibrated on."""
    from serving.ops.drift import FEWEST, measure
    from serving.ops.loading import load_router
    from serving.settings import configured
    from serving.store.opening import open_database

    given = configured()
    database = open_database(given)
    try:
        found = measure(database, load_router(given))
    finally:
        database.close()
    if as_json:
        click.echo(json.dumps(found.to_row()))
        return
    click.echo(f"{found.bundle}: {found.recent} recommendations, {found.calibration} calibration")
    if min(found.recent, found.calibration) < FEWEST:
        click.echo(f"too few to compare: {FEWEST} of each are needed", err=True)
        return
    click.echo("\n".join(drift_lines(found)))


def drift_lines(found: "Drift") -> Iterator[str]:
    """The table of a drift that is not NaN."""
    yield from _columns(
        [
            ("", "recent", "calibration", ""),
            ("mandates (PSI)", _text(found.mandates), "", _judged(found.mandates)),
            ("probabilities (PSI)", _text(found.probabilities), "", _judged(found.probabilities)),
            ("mean probability", _text(found.probability), _text(found.probability_then), ""),
            ("goes out by itself", _text(found.automatic), _text(found.automatic_then), ""),
            ("unlike any case", _text(found.strange), "", ""),
        ]
    )


def misspelt(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Variables that look like settings and are none, each with the nearest name or nothing."""
    from serving.settings import Settings

    known = [*(name.upper() for name in Settings.model_fields), *_ELSEWHERE]
    for name in sorted(environment):
        if name.upper().startswith(_PREFIX):
            rest = name.upper().removeprefix(_PREFIX)
            if rest not in known:
                near = get_close_matches(rest, known, 1)
                yield name, _PREFIX + near[0] if near else ""


def _settings() -> Iterator[dict[str, Any]]:
    from data.home import home
    from serving.settings import Settings, configured

    given = configured()
    source = "environment" if "PINTU_HOME" in os.environ else "default"
    yield {"name": "PINTU_HOME", "value": str(home()), "from": source}
    for name in Settings.model_fields:
        value = getattr(given, name)
        if name == "database_url":
            value = _without_password(given.database())
        elif name == "secret":
            value = _SET if value else "(in Pintu's own folder)"
        elif value is not None and not isinstance(value, bool | int | float):
            value = str(value)
        source = "environment" if name in given.model_fields_set else "default"
        yield {"name": _PREFIX + name.upper(), "value": value, "from": source}


def _without_password(url: str) -> str:
    """A database URL that may be shown; drivers take passwords after the question mark, too."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except ArgumentError:
        return _SET
    query = dict.fromkeys(parsed.query, "***")
    return parsed.set(query=query).render_as_string(hide_password=True)


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _text(value: float) -> str:
    return f"{value:.3f}"


def _judged(index: float) -> str:
    from serving.ops.drift import LARGE, MODERATE

    if index < MODERATE:
        return "no change to speak of"
    return "moderate" if index <= LARGE else "large: look into it"
