"""``pintu units``, ``mandates``, ``cases`` and ``places``."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from data.errors import PintuError
from data.home import home, places_file
from data.text import clean


@click.group()
def units() -> None:
    """Look up units of the registry."""


@units.command()
@click.argument("names", nargs=-1)
@click.option("--file", "file", type=click.Path(path_type=Path), help="a name a line")
@click.option("--regency", help="the region in whose papers the names stand")
@click.option("--profile", type=click.Path(path_type=Path), help="a deployment's own units")
@click.option("--json", "as_json", is_flag=True, help="a JSON line a name")
def resolve(
    names: tuple[str, ...],
    file: Path | None,
    regency: str | None,
    profile: Path | None,
    as_json: bool,
) -> None:
    """Turn written unit NAMES into units, or say why not, with candidates."""
    written = [*map(clean, names), *(_lines(file) if file else ())]
    if not written:
        reason = f"--file {file} holds no name" if file else "give NAMES or --file FILE"
        raise click.UsageError(reason)
    registry = _registry(profile)
    region = None
    if regency:
        found = [c for c in registry.regions.find(regency) if c.count(".") <= 1]
        if not found:
            raise PintuError(f"--regency {regency!r} is no known region; write its full name")
        region = found[0]
    for name in written:
        resolution = registry.resolve(name, region)
        row = _unit_row(resolution.unit) | {
            "reason": resolution.reason,
            "candidates": [_unit_row(unit) for unit in resolution.candidates],
        }
        click.echo(
            json.dumps({"name": name, **row}, ensure_ascii=False)
            if as_json
            else f"{name}\t{row['unit_id'] or '-'}\t{row['unit'] or resolution.reason}"
        )


@click.command()
def mandates() -> None:
    """List the mandates: id, name, category, levels."""
    for mandate in _registry(None).mandates.values():
        levels = ", ".join(mandate.levels)
        click.echo(f"{mandate.id}\t{mandate.name}\t{mandate.category}\t{levels}")


@click.group()
def cases() -> None:
    """Check files of labelled cases."""


@cases.command()
@click.argument("file")
@click.option("--profile", type=click.Path(path_type=Path), help="a deployment's own units")
def check(file: str, profile: Path | None) -> None:
    """Report every row of FILE that cannot be used, near-duplicates, conflicts, unknown units."""
    from data.cases import load_cases
    from data.checks import check_cases

    loaded = load_cases(file)
    report = check_cases(loaded, _registry(profile))
    for line in report.lines():
        click.echo(line)
    if any(problem.severity == "error" for problem in loaded.problems):
        sys.exit(1)


@click.group()
def places() -> None:
    """Import districts and villages."""


@places.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def import_places(files: tuple[Path, ...]) -> None:
    """Import districts and villages from CSV FILES with the columns code and name.

    Codes are those of Kemendagri, with or without points (35.78.10.1007 or 3578101007).
    """
    from data.registry.places import import_files

    target = home() / "places.csv"
    part = target.with_suffix(".part")
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        counts = import_files(files, part)
        part.replace(target)
    except OSError as error:
        raise PintuError(f"{target}: {error.strerror}") from None
    for level, count in counts.items():
        click.echo(f"{level}: {count}")
    click.echo(f"written to {target}; bundles trained from now on know them", err=True)


def _lines(file: Path) -> Iterator[str]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PintuError(f"--file {file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise PintuError(
            f"--file {file}: not UTF-8 at byte {error.start}; save it as UTF-8"
        ) from None
    return (name for name in map(clean, text.splitlines()) if name)


def _registry(profile: Path | None) -> Any:
    from data.registry.registry import Registry

    return Registry.from_tables(profile=profile, places=places_file())


def _unit_row(unit: Any) -> dict[str, Any]:
    keys = {"unit_id": "unit_id", "unit": "name", "agency": "agency", "mandate": "mandate"}
    row = {key: getattr(unit, field) if unit else None for key, field in keys.items()}
    return row | {"region_code": unit.region_code if unit else None}
