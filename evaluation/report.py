"""The figures of an evaluation as one HTML page that needs nothing else."""

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Any

from data.errors import PintuError
from data.masking import mask
from data.registry.registry import Registry
from evaluation import plots
from evaluation.calibration import reliability
from evaluation.evaluate import answers
from evaluation.mandates import by_mandate, confusions, mandate_names, matrix
from evaluation.outcomes import Outcome
from evaluation.selective import PRECISIONS, risk_coverage
from evaluation.slices import slices

TEMPLATES = Path(__file__).parent / "templates"
FEW = 30  # cases, below which a share says little
_CONFUSIONS = 15
_WORST = 20
_LETTERS = 600  # of a case's text
_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_LIBRARIES = ("pintu", "numpy", "scikit-learn", "scipy", "matplotlib")


@dataclass(frozen=True, slots=True)
class Subject:
    """What was measured, when, and on what.

    Attributes:
        bundle: its name.
        sha256: of its manifest, which holds the hashes of all its files.
        trained: what the manifest says of the training ("created_at", "backend", "versions" …).
        files: data file → sha256.
        door: what was given as the door of cases that name none.
        made: when the page was made.
    """

    bundle: str
    sha256: str
    trained: Mapping[str, Any]
    files: Mapping[str, str]
    door: str
    made: datetime


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Cases that one reason keeps from being routed by themselves.

    Attributes:
        decision: "review" or "ask".
        code: of the reason.
        n: cases.
        share: of all cases.
        top1: share of the labelled ones whose first unit was right all the same; None without any.
    """

    decision: str
    code: str
    n: int
    share: float
    top1: float | None


@dataclass(frozen=True, slots=True)
class Miss:
    """A wrong answer, with the text masked."""

    where: str
    text: str
    label: str
    label_mandate: str
    answer: str
    answer_mandate: str
    probability: float
    rank: int
    auto: bool


def check_extra() -> None:
    """Raises PintuError if what pages are made with is not installed."""
    for name in ("jinja2", "matplotlib"):
        try:
            import_module(name)
        except ImportError:
            remedy = 'pip install "pintu[evaluation]"'
            raise PintuError(f"a report needs {name}, which is not installed: {remedy}") from None


def page(
    found: Sequence[Outcome],
    figures: Mapping[str, Any],
    subject: Subject,
    registry: Registry,
    *,
    shortlist: Sequence[tuple[str, str]] = (),
) -> str:
    """The page as HTML. It loads nothing, and the same input gives the same page.

    Args:
        found: outcomes.
        figures: of these outcomes.
        subject: what was measured.
        registry: of the bundle, for names.
        shortlist: what there is to say of shortlists, as names with their values.

    Raises:
        PintuError: the extra "evaluation" is not installed.
    """
    check_extra()
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": _percent, "number": _number}
    style, script = (_inlined(name) for name in ("report.css", "report.js"))
    labelled = [o for o in found if o.label]
    return environment.get_template("report.html").render(
        figures=figures,
        subject=subject,
        versions={"Python": python_version()} | {name: version(name) for name in _LIBRARIES},
        files=[(_file_name(source), digest) for source, digest in subject.files.items()],
        plots=_plots(labelled, figures, registry),
        points={p: risk_coverage(*answers(labelled)).point_at(p) for p in PRECISIONS},
        mandates=by_mandate(labelled, registry.mandates),
        confusions=confusions(labelled, registry.mandates, _CONFUSIONS),
        slices=slices(labelled, registry.regions, door=bool(subject.door)),
        reasons=reasons(found),
        misses=misses(labelled, registry, _WORST),
        shortlist=shortlist,
        few=FEW,
        style=style,
        script=script,
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
    )


def reasons(found: Sequence[Outcome]) -> list[ReasonRow]:
    """Why cases are not routed by themselves, the commonest reason first; a case may have more
    than one."""
    pairs = [
        (o.recommendation.decision, r.code, o) for o in found for r in o.recommendation.reasons
    ]
    counts = Counter((decision, code) for decision, code, _ in pairs)
    labelled = Counter((decision, code) for decision, code, o in pairs if o.label)
    right = Counter((decision, code) for decision, code, o in pairs if o.right)
    return [
        ReasonRow(*key, n, n / len(found), right[key] / labelled[key] if labelled[key] else None)
        for key, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def misses(labelled: Sequence[Outcome], registry: Registry, most: int) -> list[Miss]:
    """The surest wrong answers, with personal data and links taken out of their texts."""
    wrong = [o for o in labelled if not o.right]
    wrong.sort(key=lambda o: (-o.probability, o.case.source, o.case.line))
    names = mandate_names(labelled, registry.mandates)
    return [
        Miss(
            where=f"{_file_name(o.case.source)}:{o.case.line}",
            text=_shown(o.case.complaint.words),
            label=f"{o.label.name} ({o.label.agency})" if o.label.agency else o.label.name,
            label_mandate=names[o.label.mandate],
            answer=f"{o.first.unit} ({o.first.agency})" if o.first else "",
            answer_mandate=names[o.first.mandate] if o.first else "",
            probability=o.probability,
            rank=o.rank,
            auto=o.auto,
        )
        for o in wrong[:most]
        if o.label
    ]


def _plots(
    labelled: Sequence[Outcome], figures: Mapping[str, Any], registry: Registry
) -> dict[str, Any]:
    """The drawings as markup by name; none without labelled cases."""
    if not labelled:
        return {}
    from markupsafe import Markup

    sure, right = answers(labelled)
    auto = figures["auto_route"]
    own = (auto["share"], 1 - auto["precision"]) if auto["n"] else None
    coverage_at = figures["risk_coverage"]["coverage_at"]
    drawings = {
        "reliability": plots.reliability_diagram(reliability(sure, right)),
        "risk": plots.risk_curve(risk_coverage(sure, right), coverage_at, own),
        "confusion": plots.confusion_map(matrix(labelled, registry.mandates)),
    }
    return {name: Markup(svg) for name, svg in drawings.items()}  # noqa: S704 our own drawing


def _inlined(name: str) -> Any:
    from markupsafe import Markup

    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 our own file


def _file_name(source: str) -> str:
    """A file's name without its folders; a hub data set's name as it is."""
    return source if source.startswith("hf:") else Path(source).name


def _shown(text: str) -> str:
    shown = _LINK.sub("[LINK]", mask(text))
    return shown if len(shown) <= _LETTERS else shown[:_LETTERS].rstrip() + " …"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"
