"""``pintu route``."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

import click

from classifier.recommendation import Recommendation
from data.complaint import MAX_TEXT, Complaint, as_entered
from data.errors import PintuError

_BATCH = 256


@click.command()
@click.argument("text", required=False)
@click.option("--file", "file", type=click.Path(path_type=Path), help="a file of complaints")
@click.option("--out", type=click.Path(path_type=Path), help="where to write; default stdout")
@click.option("--bundle", type=click.Path(path_type=Path), help="default: the active bundle")
@click.option("--regency", "--door", "door", help="the door: the region it came through")
@click.option("--province", default="", help="province named in the complaint's fields")
@click.option("--district", default="", help="kecamatan named in the complaint's fields")
@click.option("--village", default="", help="kelurahan or desa named in the complaint's fields")
@click.option("--profile", type=click.Path(path_type=Path), help="a deployment's own units")
@click.option("--top", default=5, show_default=True, type=click.IntRange(1, 50))
@click.option("--policy", type=click.Path(path_type=Path), help="what may go out by itself")
@click.option("--explain", "explained", is_flag=True, help="show what spoke for the answer")
@click.option("--json", "as_json", is_flag=True, help="one JSON line instead of a table")
@click.pass_obj
def route(
    active: Callable[[], Path],
    text: str | None,
    file: Path | None,
    out: Path | None,
    bundle: Path | None,
    door: str | None,
    province: str,
    district: str,
    village: str,
    profile: Path | None,
    top: int,
    policy: Path | None,
    explained: bool,
    as_json: bool,
) -> None:
    """Route one complaint TEXT, or all of a FILE (CSV, XLSX, JSON Lines, Parquet).

    Label columns of the file are never looked at. Rows that cannot be read are reported on stderr
    with their line; the exit code is then 1, the other rows are routed all the same.
    """
    if (text is None) == (file is None):
        raise click.UsageError("give either a TEXT or --file FILE")
    if file is not None and (province or district or village):
        raise click.UsageError("--province, --district and --village go with a TEXT, not a file")
    from classifier.router import Router

    router = Router.load(bundle or active(), profile=profile)
    if policy is not None:
        from classifier.policy_file import load_policy

        router.obey(load_policy(policy, router.registry.mandates))
    if text is not None:
        complaint = _one(text, province, district, village)
        answer = router.route([complaint], door=door, top=top, explained=explained)[0].to_row()
        if as_json or out:
            with _output(out) as stream:
                print(json.dumps(answer, ensure_ascii=False), file=stream)
        else:
            from classifier.table import lines

            click.echo("\n".join(lines(complaint.words, answer, router.registry)))
        return
    assert file is not None
    from data.cases import load_cases

    loaded = load_cases(file)
    errors = 0
    for problem in loaded.problems:
        click.echo(f"{file}: {problem}", err=True)
        errors += problem.severity == "error"
    complaints = [as_entered(case) for case in loaded.cases]
    with _output(out) as stream:
        run = partial(router.route, door=door, top=top, explained=explained)
        for row in _routed(run, complaints):
            print(row, file=stream)
    click.echo(f"{len(complaints)} routed, {errors} rows could not be used", err=True)
    if errors:
        sys.exit(1)


def _one(text: str, province: str, district: str, village: str) -> Complaint:
    from data.text import clean

    cleaned = clean(text)
    if not cleaned:
        raise PintuError("TEXT is empty; write the complaint in quotes")
    if len(cleaned) > MAX_TEXT:
        raise PintuError(f"TEXT has {len(cleaned)} characters; at most {MAX_TEXT} are read")
    return Complaint(text=cleaned, province=province, district=district, village=village)


def _routed(
    run: Callable[..., Sequence[Recommendation]],
    complaints: list[Complaint],
) -> Iterator[str]:
    from tqdm import tqdm

    with tqdm(total=len(complaints), desc="routing", unit="case", disable=None) as bar:
        for start in range(0, len(complaints), _BATCH):
            part = complaints[start : start + _BATCH]
            for recommendation in run(part):
                yield json.dumps(recommendation.to_row(), ensure_ascii=False)
            bar.update(len(part))


class _output:
    """The file to write to, put in place only when complete; or stdout."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._part = path.with_name(f".{path.name}.part") if path else None

    def __enter__(self) -> TextIO:
        if self._part is None:
            return sys.stdout
        try:
            if self._path is not None and self._path.is_dir():
                raise IsADirectoryError(21, "it is a folder; give a file")
            self._stream = self._part.open("w", encoding="utf-8")
        except OSError as error:
            raise PintuError(f"--out {self._path}: {error.strerror}") from None
        return self._stream

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if self._part is None or self._path is None:
            return
        self._stream.close()
        if kind is None:
            self._part.replace(self._path)
        else:
            self._part.unlink(missing_ok=True)
