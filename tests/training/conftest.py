"""Two invented mixes of labelled cases, and a bundle trained on them alone."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from classifier.router import Router
from data.cases import Cases
from data.complaint import Complaint, LabelledCase
from data.registry.registry import Registry
from training.config import Config
from training.pipeline import train

WRITTEN = Path(__file__).parent / "mixes.txt"
FIELDS = (("Sukomanunggal", "Simomulyo"), ("Rungkut", "Wonorejo"), ("Tambaksari", "Ploso"))
MakeCases = Callable[..., Cases]
Train = Callable[..., Path]


def _case(mix: str, unit: str, category: str, text: str, line: int) -> LabelledCase:
    district, village = FIELDS[0 if unit.startswith("Kelurahan") else line % len(FIELDS)]
    fields = {"regency": "Kota Surabaya", "district": district, "village": village}
    complaint = Complaint(
        text,
        id=f"{mix}-{line}",
        created_at=datetime(2024, 1, 1) + timedelta(days=line),
        **(fields if mix == "surabaya" else {}),
    )
    agency = "" if mix == "none" else f"Pemerintah Kota {mix.capitalize()}"
    kind = "none" if mix == "none" else "complaint"
    return LabelledCase(complaint, kind, category, agency, unit, line=line, source=f"{mix}.csv")


def _written() -> Iterator[tuple[str, LabelledCase]]:
    heading = ["", "", ""]
    for line, text in enumerate(WRITTEN.read_text(encoding="utf-8").splitlines(), 1):
        if text.startswith("== "):
            heading = [part.strip() for part in text.removeprefix("==").split("|")]
        elif text and not text.startswith("#"):
            yield heading[0], _case(heading[0], heading[1], heading[2], text, line)


@pytest.fixture(scope="session")
def make_cases() -> MakeCases:
    """Wraps cases as if they were read from a file."""

    def make(cases: Sequence[LabelledCase], source: str = "written.csv") -> Cases:
        return Cases(list(cases), [], source, hashlib.sha256(repr(cases).encode()).hexdigest())

    return make


@pytest.fixture(scope="session")
def mixes(make_cases: MakeCases) -> dict[str, Cases]:
    """City units of Surabaya with fields, of Semarang without, and texts that are no complaint."""
    found: dict[str, list[LabelledCase]] = {}
    for mix, case in _written():
        found.setdefault(mix, []).append(case)
    return {mix: make_cases(cases, f"{mix}.csv") for mix, cases in found.items()}


@pytest.fixture(scope="session")
def config() -> Config:
    return Config(min_count=1, local_cases=40)


@pytest.fixture(scope="session")
def trained(
    tmp_path_factory: pytest.TempPathFactory,
    registry: Registry,
    mixes: dict[str, Cases],
    config: Config,
) -> Path:
    """A bundle of the mixes without starter cases."""
    out = tmp_path_factory.mktemp("mixed") / "mixed"
    train(list(mixes.values()), out, registry, config, starter=False)
    return out


@pytest.fixture(scope="session")
def mixed_router(trained: Path) -> Router:
    return Router.load(trained)


@pytest.fixture
def run(tmp_path: Path, registry: Registry, make_cases: MakeCases, config: Config) -> Train:
    """Trains on cases alone and gives the bundle's folder."""

    def call(cases: Sequence[LabelledCase], name: str = "b", config: Config = config) -> Path:
        out = tmp_path / name
        train([make_cases(cases)], out, registry, config, starter=False)
        return out

    return call


@pytest.fixture(scope="session")
def every(mixes: dict[str, Cases]) -> list[LabelledCase]:
    """The cases of all mixes."""
    return [case for source in mixes.values() for case in source.cases]
