"""``pintu compare``."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from data.errors import PintuError

if TYPE_CHECKING:
    from classifier.router import Router
    from data.cases import Cases
    from evaluation.compare import Difference

_ROWS = {
    "unit_top1": "unit top-1",
    "unit_top3": "unit top-3",
    "mandate_top1": "mandate top-1",
    "auto_share": "auto-routed",
    "auto_precision": "right of these",
    "ece": "calibration error",
}


@click.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option("--cases", "files", multiple=True, required=True, help="labelled cases; repeatable")
@click.option("--regency", "--door", "door", help="the door of cases that name none")
@click.option("--profile", type=click.Path(path_type=Path), help="a deployment's own units")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="write figures here")
def compare(
    a: Path,
    b: Path,
    files: tuple[str, ...],
    door: str | None,
    profile: Path | None,
    json_file: Path | None,
) -> None:
    """Compare bundles A and B on labelled cases that neither was trained on."""
    from classifier.bundle import file_hash
    from classifier.router import Router
    from evaluation.compare import compare as compared
    from evaluation.outcomes import outcomes

    routers = [Router.load(folder, profile=profile) for folder in (a, b)]
    loaded = load_files(files)
    for name, router in zip("AB", routers, strict=True):
        _warn_of_trained(name, router, loaded)
    cases = [case for source in loaded for case in source.cases]
    found = compared(*(list(outcomes(router, cases, door)) for router in routers))
    if found["read_differently"]:
        click.echo(
            f"{found['read_differently']} labels name different units in the two bundles' "
            "registries; each bundle is measured by its own",
            err=True,
        )
    if found["without_label"]:
        click.echo(f"{found['without_label']} cases without a unit were left out", err=True)
    for line in _table(found["figures"], found):
        click.echo(line)
    if json_file:
        found["figures"] = {name: asdict(row) for name, row in found["figures"].items()}
        found["bundles"] = {
            key: {"name": router.name, "sha256": file_hash(folder / "manifest.json")}
            for key, router, folder in zip("ab", routers, (a, b), strict=True)
        }
        found["data"] = {source.source: source.sha256 for source in loaded}
        write_json(json_file, found)


def load_files(files: Sequence[str]) -> "list[Cases]":
    """The cases of files, with every fault of theirs on stderr.

    Raises:
        PintuError: a file cannot be read or has no usable case.
    """
    from data.cases import load_cases

    loaded = [load_cases(file) for file in files]
    for source in loaded:
        for problem in source.problems:
            click.echo(f"{source.source}: {problem}", err=True)
        if not source.cases:
            raise PintuError(f"--cases {source.source}: no usable case; see `pintu cases check`")
    return loaded


def write_json(path: Path, value: Any) -> None:
    """Write a value as JSON beside its place, then rename, so that no half file is ever read.

    Raises:
        PintuError: the file cannot be written.
    """
    if path.is_dir():
        raise PintuError(f"--json {path}: is a folder; give a file")
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise PintuError(f"--json {path}: {error.strerror}; give another file") from None
    finally:
        with suppress(OSError):
            part.unlink()


def _warn_of_trained(name: str, router: "Router", loaded: "Sequence[Cases]") -> None:
    known = {source["sha256"] for source in router.manifest.get("training", [])}
    for source in loaded:
        if source.sha256 in known:
            click.echo(
                f"warning: {source.source} is a training file of bundle {name} ({router.name}): "
                "its figures are too good; give cases that it has not seen",
                err=True,
            )


def _table(figures: "Mapping[str, Difference]", found: Mapping[str, Any]) -> list[str]:
    from evaluation.compare import points

    tested = found["mcnemar"]
    lines = [
        f"{found['n']} labelled cases in {found['groups']} groups of near-identical ones",
        f"{'':<18}{'A':>8}{'B':>8}  B - A (95 %)",
    ]
    for key, title in _ROWS.items():
        row = figures[key]
        lines.append(f"{title:<18}{_percent(row.a):>8}{_percent(row.b):>8}  {points(row)}")
    return [
        *lines,
        f"unit right in A alone: {tested['only_a']}, in B alone: {tested['only_b']}",
        found["verdict"],
    ]


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
