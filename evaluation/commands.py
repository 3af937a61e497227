"""``pintu evaluate``."""

import json
from datetime import datetime
from pathlib import Path

import click

from data.errors import PintuError


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--cases", "files", multiple=True, required=True, help="labelled cases; repeatable")
@click.option("--regency", "--door", "door", help="the door of cases that name none")
@click.option("--profile", type=click.Path(path_type=Path), help="a deployment's own units")
@click.option("--policy", type=click.Path(path_type=Path), help="what may go out by itself")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="write figures here")
@click.option("--report", type=click.Path(path_type=Path), help="write a page (HTML) here")
def evaluate(
    bundle: Path,
    files: tuple[str, ...],
    door: str | None,
    profile: Path | None,
    policy: Path | None,
    json_file: Path | None,
    report: Path | None,
) -> None:
    """Measure BUNDLE on labelled cases that it was not trained on."""
    from classifier.bundle import file_hash
    from classifier.router import Router
    from data.cases import load_cases
    from evaluation.evaluate import figures as measure
    from evaluation.outcomes import outcomes
    from evaluation.report import Subject, check_extra, page

    if report:
        check_extra()  # before the long part
    router = Router.load(bundle, profile=profile)
    if policy is not None:
        from classifier.policy_file import load_policy

        router.obey(load_policy(policy, router.registry.mandates))
    loaded = [load_cases(file) for file in files]
    for cases in loaded:
        for problem in cases.problems:
            click.echo(f"{cases.source}: {problem}", err=True)
    found = list(outcomes(router, [case for cases in loaded for case in cases.cases], door))
    figures = measure(found)
    figures["bundle"] = {"name": router.name, "sha256": file_hash(bundle / "manifest.json")}
    figures["data"] = {cases.source: cases.sha256 for cases in loaded}
    text = json.dumps(figures, ensure_ascii=False, indent=2)
    click.echo(text)
    if json_file:
        _write(json_file, text + "\n", "--json")
    if report:
        subject = Subject(
            bundle=router.name,
            sha256=figures["bundle"]["sha256"],
            trained=router.manifest,
            files=figures["data"],
            door=door or "",
            made=datetime.now().astimezone(),
        )
        shortlist = [
            (f"at {level}", f"coverage {row['coverage']:.1%}, {row['size']:.2f} units on average")
            for level, row in figures["shortlists"].items()
        ]
        html = page(found, figures, subject, router.registry, shortlist=shortlist)
        _write(report, html, "--report")


def _write(file: Path, text: str, option: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PintuError(f"{option} {file}: {error.strerror}; give another file") from None
