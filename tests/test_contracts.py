"""Serving and training meet in a bundle folder, never in an import."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def imported(*modules: str) -> set[str]:
    """The project's packages and others that a fresh interpreter loads for these modules."""
    code = f"import {', '.join(modules)}, sys\nprint(*sys.modules, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize(
    ("modules", "forbidden"),
    [
        (("serving.app", "serving.commands"), {"training", "evaluation"}),
        (("classifier.router", "classifier.commands"), {"training", "evaluation", "serving"}),
        (("evaluation.evaluate", "evaluation.commands"), {"training", "serving"}),
        (("training.pipeline", "training.commands"), {"serving", "fastapi"}),
        (("data.cases", "data.commands"), {"classifier", "training", "evaluation", "serving"}),
    ],
)
def test_imports_go_one_way(modules: tuple[str, ...], forbidden: set[str]) -> None:
    found = imported(*modules)
    assert modules[0].split(".", maxsplit=1)[0] in found
    assert not found & forbidden
