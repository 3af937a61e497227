"""``pintu models``: which bundle answers, which one shadows it, and how they compare."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from data.errors import PintuError

if TYPE_CHECKING:
    from classifier.router import Router
    from serving.ops.models import Known
    from serving.ops.shadow_compare import Comparison


@click.group()
def models() -> None:
    """The bundles: list them, put one into service, go back, try one in shadow.

    A running server takes up a change within seconds, without losing a request.
    """


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for scripts.")
def list_(as_json: bool) -> None:
    """List the bundles known here, the latest first; their hashes are checked."""
    from serving.ops.models import known

    found = known()
    if as_json:
        click.echo(json.dumps([one.to_row() for one in found], ensure_ascii=False, indent=1))
        return
    if not found:
        click.echo("no bundle yet; see `pintu starter` and `pintu train`", err=True)
    for one in found:
        for line in _lines(one):
            click.echo(line)


@models.command()
@click.argument("bundle")
@click.option("--dry-run", is_flag=True, help="Only check it and show what would change.")
def activate(bundle: str, dry_run: bool) -> None:
    """Put BUNDLE (a folder, or a name of `models list`) into service.

    It is loaded wholly first: its format, every file's hash, its probes, and the policy and
    profile of the environment. What is damaged is refused and the old one stays in service.
    """
    from serving.ops.models import find

    _switch(find(bundle), "activate", dry_run)


@models.command()
@click.option("--dry-run", is_flag=True, help="Only check it and show what would change.")
def rollback(dry_run: bool) -> None:
    """Go back to the bundle that was active before; again, to the one before that."""
    from serving.ops.models import previous

    folder = previous()
    try:
        _switch(folder, "rollback", dry_run)
    except PintuError as error:
        raise PintuError(f"{error}; or choose another one by `pintu models activate`") from None


@models.command()
@click.argument("bundle", required=False)
@click.option("--off", is_flag=True, help="End it; what it answered is kept.")
def shadow(bundle: str | None, off: bool) -> None:
    """Let BUNDLE answer new complaints too, unseen: its answers are only recorded.

    A process of its own with the lowest priority does it. `pintu models compare` tells how the
    two fare.
    """
    from data import home
    from serving.ops.models import checked, find, note
    from serving.settings import configured

    if off == bool(bundle):
        raise click.UsageError("give a bundle, or --off")
    settings = configured()
    before = home.shadow_bundle() if off else None
    if bundle:
        folder = find(bundle)
        router = checked(folder, settings)
        home.shadow(folder)
        click.echo(f"{router.name} answers in shadow from now on ({folder})", err=True)
        _warn(note(settings, "models.shadow", folder, router.name))
    elif before:
        home.shadow(None)
        click.echo(f"{before.bundle.name} answers in shadow no more", err=True)
        _warn(note(settings, "models.shadow-off", before.bundle, before.bundle.name))
    else:
        click.echo("no bundle answers in shadow", err=True)


@models.command()
@click.option("--bundle", "name", help="The shadow's name.  [default: the one in shadow now]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def compare(name: str | None, as_json: bool) -> None:
    """Compare the shadow's answers with those that were given, and with what units said."""
    from data import home
    from serving.ops.models import name_of
    from serving.ops.shadow_compare import compared
    from serving.settings import configured
    from serving.store.opening import open_database

    challenger = home.shadow_bundle()
    if not name and challenger:
        name = name_of(challenger.bundle)
    database = open_database(configured())
    try:
        found = compared(database, name)
    finally:
        database.close()
    if as_json:
        click.echo(json.dumps(found.to_row(), ensure_ascii=False, indent=1))
        return
    for line in _comparison(found):
        click.echo(line)


def _switch(folder: Path, action: Any, dry_run: bool) -> None:
    """Check a bundle and make it the active one."""
    from data import home
    from serving.ops.models import changes, checked, note
    from serving.settings import configured

    settings = configured()
    router: Router = checked(folder, settings)
    rows = changes(router)
    for what, now, then in rows:
        click.echo(f"{what:<24}{now} → {then}")
    if not rows:
        click.echo("nothing changes but the folder", err=True)
    if dry_run:
        click.echo(f"{router.name} is sound; it was not activated (--dry-run)", err=True)
        return
    home.activate(folder, action)
    click.echo(f"{router.name} is active ({folder})", err=True)
    if os.environ.get("PINTU_BUNDLE"):
        click.echo("a server started with PINTU_BUNDLE or --bundle keeps that one", err=True)
    _warn(note(settings, f"models.{action}", folder, router.name))


def _warn(fault: str) -> None:
    if fault:
        click.echo(f"not in the audit log: {fault}", err=True)


def _lines(one: "Known") -> list[str]:
    from serving.ops.models import figures

    state = f"  [{', '.join(one.state)}]" if one.state else ""
    trained = one.manifest.get("created_at", "?")
    lines = [f"{one.name}{state}  format {one.manifest.get('format', '?')}, trained {trained}"]
    lines.append(f"  {one.folder}")
    told = ", ".join(f"{name} {text}" for name, text in figures(one.metrics).items())
    if told:
        lines.append(f"  {told}")
    return [*lines, f"  {one.fault}"] if one.fault else lines


def _comparison(found: "Comparison") -> list[str]:
    lines = [
        f"champion ({', '.join(found.champions)}) and {found.bundle} in shadow: "
        f"{found.cases} cases answered by both",
        f"same unit        {_percent(found.same_unit)}",
        f"same decision    {_percent(found.same_decision)}",
        f"auto-routed      champion {_percent(found.auto[0])}, shadow {_percent(found.auto[1])}",
    ]
    if found.known is None:
        lines.append("no unit has accepted one of them yet, so nobody knows who was right")
    else:
        known = found.known
        right = [_percent(share) for share in known.right]
        lines += [
            f"unit known for   {known.cases} cases in {known.groups} groups of near-identical ones",
            f"right            champion {right[0]}, shadow {right[1]}",
            f"right alone      champion {known.alone[0]}, shadow {known.alone[1]}",
            known.verdict,
            "(units accept what was sent to them more easily than they would have been asked "
            "for, which favours the champion)",
        ]
    if found.disagreements:
        lines.append(
            "most frequent disagreements (champion → shadow: cases, who was right of the known)"
        )
    for row in found.disagreements:
        told = f"{row.cases}, {row.champion_right} and {row.shadow_right} of {row.known}"
        lines.append(f"  {row.champion or '-'} → {row.shadow or '-'}: {told}")
    return lines


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
