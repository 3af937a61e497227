"""``pintu train`` and ``pintu starter``."""

import hashlib
import shutil
from pathlib import Path

import click

from data.errors import PintuError
from data.home import activate, home, places_file


@click.command()
@click.option("--cases", "files", multiple=True, help="labelled cases; repeatable")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="the bundle's folder")
@click.option("--config", type=click.Path(path_type=Path), help="settings as TOML")
@click.option("--set", "settings", multiple=True, help="key=value over the file; repeatable")
@click.option("--profile", type=click.Path(path_type=Path), help="a deployment's own units")
@click.option("--no-starter", is_flag=True, help="leave the bundled cases out")
@click.option("--activate", "active", is_flag=True, help="make it the active bundle")
def train(
    files: tuple[str, ...],
    out: Path,
    config: Path | None,
    settings: tuple[str, ...],
    profile: Path | None,
    no_starter: bool,
    active: bool,
) -> None:
    """Train a bundle from labelled cases of any mix of cities, plus the bundled starter cases."""
    from evaluation.compare_command import load_files
    from training.config import read_config
    from training.pipeline import train as run

    if no_starter and not files:
        raise click.UsageError("--no-starter needs --cases FILE: there is nothing to train on")
    if out.exists():
        raise PintuError(f"--out {out} exists already; give another folder or remove it")
    chosen = read_config(config, settings)
    registry = _registry(profile)
    sources = load_files(files)
    bundle = run(sources, out, registry, chosen, starter=not no_starter)
    click.echo(
        f"{out}: {bundle.metrics['cases']} labelled and {bundle.metrics['starter_cases']} starter "
        f"cases, {bundle.metrics['own_desks']} unresolved names kept as desks of their own",
        err=True,
    )
    if active:
        activate(out)


@click.command()
def starter() -> None:
    """Train the starter bundle from the bundled cases, if need be, and make it active."""
    click.echo(str(train_starter()))


def train_starter() -> Path:
    """The starter bundle's folder; trained unless one of the same tables is there already."""
    from classifier.bundle import FORMAT
    from data.authority.rules import TABLES as RULES
    from data.registry.regions import TABLES

    digest = hashlib.sha256(f"format {FORMAT}".encode())
    tables = [*TABLES.rglob("*.*"), *RULES.glob("*.yaml")]
    for path in sorted([*tables, *([places] if (places := places_file()) else [])]):
        digest.update(path.read_bytes())
    folder = home() / "bundles" / f"starter-{digest.hexdigest()[:12]}"
    if not (folder / "manifest.json").is_file():
        from training.config import Config
        from training.pipeline import train as run

        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        run([], folder, _registry(None), Config())
    activate(folder)
    return folder


def _registry(profile: Path | None):  # type: ignore[no-untyped-def]
    from data.registry.registry import Registry

    return Registry.from_tables(profile=profile, places=places_file())
