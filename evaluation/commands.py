"""``pintu evaluate``."""

import json
from pathlib import Path

import click

from data.errors import PintuError


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--cases", "files", multiple=True, required=True, help="labelled cases; repeatable")
@click.option("--regency", "--door", "door", help="the door of cases that name none")
@click.option("--profile", type=click.Path(path_type=Path), help="a deployment's own units")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="write figures here")
def evaluate(
    bundle: Path,
    files: tuple[str, ...],
    door: str | None,
    profile: Path | None,
    json_file: Path | None,
) -> None:
    """Measure BUNDLE on labelled cases that it was not trained on."""
    from classifier.bundle import file_hash
    from classifier.router import Router
    from data.cases import load_cases
    from evaluation.evaluate import evaluate as measure

    router = Router.load(bundle, profile=profile)
    loaded = [load_cases(file) for file in files]
    for cases in loaded:
        for problem in cases.problems:
            click.echo(f"{cases.source}: {problem}", err=True)
    figures = measure(router, [case for cases in loaded for case in cases.cases], door)
    figures["bundle"] = {"name": router.name, "sha256": file_hash(bundle / "manifest.json")}
    figures["data"] = {cases.source: cases.sha256 for cases in loaded}
    text = json.dumps(figures, ensure_ascii=False, indent=2)
    if json_file:
        try:
            json_file.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise PintuError(f"--json {json_file}: {error.strerror}; give another file") from None
    click.echo(text)
