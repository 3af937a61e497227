"""``pintu replay`` and ``pintu audit-labels``."""

import json
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from data.errors import PintuError
from data.home import places_file

if TYPE_CHECKING:
    from data.cases import Cases
    from data.registry.registry import Registry
    from evaluation.compare import Difference
    from training.config import Config
    from training.replay import Period

_TITLES = {
    "unit_top1": "unit top-1",
    "unit_top3": "unit top-3",
    "mandate_top1": "mandate top-1",
    "mandate_top3": "mandate top-3",
}


@click.command()
@click.option(
    "--cases", "files", multiple=True, required=True, help="what is replayed; more follow"
)
@click.option("--every", type=click.Choice(["month", "quarter"]), default="month")
@click.option("--from", "start", help="first month to replay, as 2022-12")
@click.option("--regency", "--door", "door", help="the door of cases that name none")
@click.option("--config", type=click.Path(path_type=Path), help="settings as TOML")
@click.option("--set", "settings", multiple=True, help="key=value over the file; repeatable")
@click.option("--profile", type=click.Path(path_type=Path), help="a deployment's own units")
@click.option("--no-starter", is_flag=True, help="leave the bundled cases out")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="kept up to date here")
@click.option("--plot", type=click.Path(path_type=Path), help="draw the periods here, as SVG")
def replay(
    files: tuple[str, ...],
    every: str,
    start: str | None,
    door: str | None,
    config: Path | None,
    settings: tuple[str, ...],
    profile: Path | None,
    no_starter: bool,
    json_file: Path | None,
    plot: Path | None,
) -> None:
    """Train anew for each month on all cases before it, against training once.

    Cases without a date are always trained on and never tested. What stands in the --json file of
    a replay that was cut off is not done again.
    """
    from tqdm import tqdm

    from evaluation.compare_command import load_files, write_json
    from training import replay as study
    from training.config import read_config

    _check_plot(plot)
    chosen, registry = read_config(config, settings), _registry(profile)
    _check_door(door, registry)
    sources = load_files(files)
    timeline = study.Timeline(sources, registry.regions, every, start)
    for note in timeline.notes:
        click.echo(note, err=True)
    names = list(timeline.tests)
    made_of = _made_of(sources, registry, chosen, not no_starter)
    made_of |= {"every": every, "from": names[0], "door": door}
    done = _finished(json_file, made_of) if json_file else {}
    periods: list[Period] = []
    rows: list[dict[str, Any]] = []

    def fit(known: "Sequence[Cases]") -> Any:
        return study.fitted(known, registry, chosen, starter=not no_starter)

    with _killed_like_interrupted():
        found = study.replay(timeline, fit, door, done)
        for period in tqdm(found, total=len(names), desc="replay", unit=every):
            periods.append(period)
            gains = study.gains(timeline, [period])
            rows.append(study.to_row(period, gains))
            _show(period.name, rows[-1]["n"], gains)
            if json_file:
                write_json(json_file, {"made_of": made_of, "periods": rows})
    totals = study.gains(timeline, periods)
    n = sum(row["n"] for row in rows)
    _show(f"{names[0]} to {names[-1]}", n, totals)
    if json_file:
        figures = {name: asdict(gain) for name, gain in totals.items()}
        total = {"n": n, "figures": figures}
        write_json(json_file, {"made_of": made_of, "periods": rows, "total": total})
    if plot:
        study.draw(timeline, periods, plot)


@click.command("audit-labels")
@click.option("--cases", "files", multiple=True, required=True, help="labelled cases; repeatable")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="the table, as CSV")
@click.option("--top", type=click.IntRange(min=1), default=500, show_default=True)
@click.option("--profile", type=click.Path(path_type=Path), help="a deployment's own units")
def audit_labels(files: tuple[str, ...], out: Path, top: int, profile: Path | None) -> None:
    """List the labels that are most probably wrong, for people to look at."""
    from tqdm import tqdm

    from evaluation.compare_command import load_files
    from training.config import Config
    from training.label_audit import FEWEST, audit
    from training.label_table import write_csv

    if out.exists():
        raise PintuError(f"--out {out} exists already; give another file or remove it")
    if not out.parent.is_dir():
        raise PintuError(f"--out {out}: no folder {out.parent}; make it first")
    registry = _registry(profile)
    cases = [case for source in load_files(files) for case in source.cases]
    with tqdm(desc="audit", unit="model") as bar:
        found = audit(cases, registry, Config(), lambda _: bar.update())
    if found.without_unit:
        click.echo(f"{found.without_unit} cases without a unit were not audited", err=True)
    if found.rare:
        listed = ", ".join(
            f"{region or '-'}/{mandate} ({n})"
            for (region, mandate), n in sorted(found.rare.items())
        )
        click.echo(
            f"{sum(found.rare.values())} cases of {len(found.rare)} mandates were not audited: "
            f"fewer than {FEWEST} different cases, or alone in their region: {listed}",
            err=True,
        )
    wrong = sum(suspect.likely_wrong for suspect in found.suspects)
    write_csv(found.suspects[:top], out)
    click.echo(
        f"{out}: the {min(top, len(found.suspects))} most suspicious of {len(found.suspects)} "
        f"labels; by confident learning {wrong} are likely wrong",
        err=True,
    )


def _show(name: str, n: int, gains: "Mapping[str, Difference]") -> None:
    """Print a table, above any progress bar."""
    from tqdm import tqdm

    from evaluation.compare import points

    lines = [
        f"{name}: {n} cases",
        f"{'':<16}{'retrained':>11}{'left alone':>12}  gain (95 %)",
    ]
    for key, title in _TITLES.items():
        gain = gains[key]
        retrained, alone = (f"{100 * (share or 0):.1f} %" for share in (gain.b, gain.a))
        lines.append(f"{title:<16}{retrained:>11}{alone:>12}  {points(gain)}")
    with tqdm.external_write_mode():
        click.echo("\n".join(lines))


def _made_of(
    sources: "Sequence[Cases]", registry: "Registry", config: "Config", starter: bool
) -> dict[str, Any]:
    """Everything that a replay's figures depend on."""
    tables = json.dumps(registry.to_row(), sort_keys=True).encode()
    return {
        "pintu": version("pintu"),
        "data": [{"name": Path(source.source).name, "sha256": source.sha256} for source in sources],
        "registry": sha256(tables).hexdigest(),
        "config": asdict(config),
        "starter": starter,
    }


def _finished(path: Path, made_of: Mapping[str, Any]) -> "dict[str, Period]":
    """The periods that a replay of the same kind left in the file; none if there is no file."""
    from training.replay import from_row

    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        kept = found["made_of"]
        periods = [from_row(row) for row in found["periods"]]
    except (OSError, ValueError, KeyError, TypeError):
        reason = "is there and holds no replay; give another file or remove it"
        raise PintuError(f"--json {path}: {reason}") from None
    differing = sorted(key for key in made_of if kept.get(key) != made_of[key])
    if differing:
        raise PintuError(
            f"--json {path}: holds another replay, with another {', '.join(differing)}; give "
            "another file or remove it"
        )
    return {period.name: period for period in periods}


@contextmanager
def _killed_like_interrupted() -> Iterator[None]:
    """A polite kill (SIGTERM) ends like Ctrl-C, so that temporary folders are removed."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _check_plot(plot: Path | None) -> None:
    """What would go wrong with the plot goes wrong before hours of training."""
    if plot is None:
        return
    if plot.suffix.lower() != ".svg":
        raise PintuError(f"--plot {plot}: only SVG is drawn; give a name that ends in .svg")
    if not plot.parent.is_dir():
        raise PintuError(f"--plot {plot}: no folder {plot.parent}; make it first")
    try:
        import matplotlib as mpl  # noqa: F401
    except ImportError:
        raise PintuError(
            '--plot needs matplotlib; install it with pip install "pintu[evaluation]"'
        ) from None


def _check_door(door: str | None, registry: "Registry") -> None:
    from data.registry.regions import government_name

    found = registry.regions.find(government_name(door)) if door else ()
    if door and not any(code.count(".") <= 1 for code in found):
        raise PintuError(
            f"--regency {door!r} is no known region; write its full name (Kota Surabaya) or code"
        )


def _registry(profile: Path | None) -> "Registry":
    from data.registry.registry import Registry

    return Registry.from_tables(profile=profile, places=places_file())
