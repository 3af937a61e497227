"""What a bundle keeps of the labelled texts: some, masked, to be shown as similar."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from classifier.bundle import load
from data.complaint import LabelledCase
from training.config import Config

Train = Callable[..., Path]


def texts_in(folder: Path, every: Sequence[LabelledCase], but: str = "") -> list[str]:
    """Ids of the cases whose text stands in a file of the bundle."""
    written = "".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != but
    )
    return [case.complaint.id for case in every if case.complaint.text in written]


def test_labelled_texts_are_written_among_the_similar_cases_alone(
    trained: Path, run: Train, every: list[LabelledCase]
) -> None:
    assert not texts_in(trained, every, but="cases")
    assert texts_in(trained, every)
    none = run(every, config=Config(min_count=1, local_cases=40, similar_cases=0))
    assert not texts_in(none, every)
    assert not (none / "cases").exists()


def test_similar_cases_are_kept_masked_and_the_latest_first(
    run: Train, every: list[LabelledCase]
) -> None:
    text = "lampu gang padam, hubungi 0812 3456 7890 atau budi.warga@contoh.id"
    late = replace(
        every[0], complaint=replace(every[0].complaint, text=text, created_at=datetime(2030, 1, 1))
    )
    out = run([late, *every], config=Config(min_count=1, local_cases=40, similar_cases=5))
    cases = load(out).cases
    assert cases is not None
    assert len(cases) == 5
    kept = [cases.case(position) for position in range(5)]
    assert late.complaint.id in [case.id for case in kept]
    written = (out / "cases" / "cases.jsonl").read_text(encoding="utf-8")
    assert "lampu gang padam" in written
    assert "3456" not in written
    assert "budi.warga" not in written
