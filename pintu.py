"""The command line, composed from the packages' own commands, and the names a library user needs.

A command's module is imported when the command is called, so that ``pintu --help`` is instant.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from data.complaint import Complaint, LabelledCase
from data.errors import PintuError

if TYPE_CHECKING:
    from classifier.router import Router

__all__ = ["Complaint", "LabelledCase", "PintuError", "Router", "main"]

_COMMANDS = {
    "route": ("classifier.commands:route", "Route one complaint or a file of them."),
    "train": ("training.commands:train", "Train a bundle from labelled cases."),
    "starter": ("training.commands:starter", "Train the starter bundle and make it active."),
    "evaluate": ("evaluation.commands:evaluate", "Measure a bundle on labelled cases."),
    "compare": ("evaluation.compare_command:compare", "Compare two bundles on the same cases."),
    "replay": ("training.study_commands:replay", "Retrain month by month, as time went by."),
    "audit-labels": ("training.study_commands:audit_labels", "List labels that may be wrong."),
    "units": ("data.commands:units", "Look up units of the registry."),
    "mandates": ("data.commands:mandates", "List the mandates."),
    "cases": ("data.commands:cases", "Check files of labelled cases."),
    "places": ("data.commands:places", "Import districts and villages."),
    "serve": ("serving.commands:serve", "Serve the HTTP endpoint."),
    "db": ("serving.store.commands:db", "Create and upgrade the database."),
    "keys": ("serving.security.commands:keys", "Create, list, rotate and revoke API keys."),
    "webhooks": ("serving.webhooks.commands:webhooks", "Tell other systems of decided cases."),
    "models": ("serving.ops.model_commands:models", "Activate, roll back and shadow bundles."),
    "drift": ("serving.ops.commands:drift", "Compare what comes in with what was calibrated."),
    "settings": ("serving.ops.commands:settings", "Show the server's settings."),
    "audit": ("serving.store.commands:audit", "Verify and show the audit log."),
    "purge": ("serving.store.personal_commands:purge", "Take the words out of old closed cases."),
    "person": ("serving.store.personal_commands:person", "Export or erase a person's cases."),
}


def __getattr__(name: str) -> Any:
    """``pintu.Router``, imported when first used."""
    if name == "Router":
        from classifier.router import Router

        return Router
    raise AttributeError(f"module 'pintu' has no attribute {name!r}")


class _Lazy(click.Group):
    """A group whose commands are imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pintu")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Pintu routes Indonesian citizens' complaints to the government unit that is responsible.

    Data goes to stdout, messages to stderr. Exit code 0: done; 1: something was wrong with what
    was given (rows that could not be routed, too); 2: the command was called wrongly.
    """
    ctx.obj = _active_bundle


def _active_bundle() -> Any:
    """The active bundle's folder; trains the starter bundle the first time."""
    from data.home import active_bundle

    try:
        return active_bundle()
    except PintuError:
        click.echo("no active bundle yet: training the starter bundle, once", err=True)
        from training.commands import train_starter

        return train_starter()


def main() -> None:
    """Entry point of the ``pintu`` command."""
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("aborted", err=True)
        sys.exit(1)
    except PintuError as error:
        click.echo(f"pintu: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader went away (pintu … | head): not an error of ours, but say nothing more.
        sys.stderr.close()
        sys.exit(1)


if __name__ == "__main__":
    main()
