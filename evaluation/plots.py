"""Plots as inline SVG: deterministic, with colours of the page that they stand in.

Matplotlib is imported when something is drawn. Its colours are marks that become variables of the
page's style sheet afterwards, so that one drawing is readable in light and dark and on paper.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from evaluation.calibration import Bin
from evaluation.mandates import Matrix
from evaluation.selective import Curve, exact_intervals

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

INK, FAINT, ACCENT, WARN = "#010101", "#020202", "#030303", "#040404"
_VARIABLES = {INK: "--ink", FAINT: "--faint", ACCENT: "--accent", WARN: "--warn"}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": FAINT,
    "grid.alpha": 0.25,
    "axes.axisbelow": True,
    "legend.frameon": False,
    **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
    "axes.edgecolor": FAINT,
}
_MOST_LETTERS = 30  # of a mandate's name beside the matrix
_MOST_POINTS = 500  # of a curve
_FIRST = 0.02  # share of the cases
_LEAST_HEIGHT = 0.12  # of the axis of errors, so that 90 % right is on it
_POINTS = 72  # an inch
_STYLE_SHEET = re.compile(r"<style.*?</style>", re.DOTALL)  # it would hold for the whole page
_HEADER = re.compile(r"^.*?<svg[^>]*>", re.DOTALL)
_BOX = re.compile(r'viewBox="0 0 (?P<width>[\d.]+) [\d.]+"')


def reliability_diagram(bins: Sequence[Bin]) -> str:
    """Share of right answers against their probability, and below it how many there are.

    Args:
        bins: one of them has cases at least.
    """
    full = [b for b in bins if b.n]
    x, y = [b.probability or 0.0 for b in full], [b.share or 0.0 for b in full]
    bounds = exact_intervals([b.right for b in full], [b.n for b in full])
    with _drawing("reliability", (6.2, 5.6)) as (figure, drawn):
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        above.plot([0, 1], [0, 1], "--", color=FAINT, linewidth=1.2, label="perfect")
        above.vlines(x, bounds[:, 0], bounds[:, 1], color=ACCENT, alpha=0.5, linewidth=2)
        above.plot(
            x, y, "o-", color=ACCENT, markersize=5, linewidth=1, label="measured, 95% interval"
        )
        above.set(ylim=(-0.02, 1.02), ylabel="share of right answers")
        above.legend(loc="upper left")
        middles = [(b.low + b.high) / 2 for b in bins]
        width = 0.92 / len(bins)
        bars = below.bar(middles, [b.n for b in bins], width=width, color=ACCENT, alpha=0.75)
        below.bar_label(bars, [f"{b.n}" if b.n else "" for b in bins], fontsize=8, padding=1)
        below.set(xlim=(-0.01, 1.01), xlabel="probability of the first unit", ylabel="cases")
        below.margins(y=0.25)
        below.grid(visible=False)
    facts = "; ".join(f"at {p:.2f}: {s:.2f} of {b.n}" for p, s, b in zip(x, y, full, strict=True))
    return _inline(drawn, f"Reliability diagram, share of right answers by probability: {facts}")


def risk_curve(
    curve: Curve, coverage_at: Mapping[str, float], own: tuple[float, float] | None
) -> str:
    """Error among the surest cases against their share.

    Args:
        curve: of one case at least.
        coverage_at: precision ("0.95") → coverage, 0 where it is never reached.
        own: coverage and error of what the bundle routes by itself; None if that is nothing.
    """
    marks = [(float(p), coverage) for p, coverage in coverage_at.items() if coverage]
    shown = np.unique(np.linspace(0, len(curve.risk) - 1, _MOST_POINTS, dtype=int))
    # From no case on, the error of the surest ones holds.
    x, y = np.append(0.0, curve.coverage[shown]), np.append(curve.risk[0], curve.risk[shown])
    with _drawing("risk", (6.2, 4.6)) as (figure, drawn):
        axes = figure.subplots()
        axes.step(x, y, color=ACCENT, where="pre")
        for precision, coverage in marks:
            _mark(axes, precision, coverage)
        if own:
            axes.plot(*own, "D", color=WARN, markersize=8, label="what this bundle routes itself")
            axes.legend(loc="best")
        # The first few cases alone jump up and down; they do not set the scale.
        highest = max([*y[x >= _FIRST].tolist(), own[1] if own else 0.0, _LEAST_HEIGHT])
        axes.set(xlim=(0, 1.02), ylim=(-0.01 * highest, min(1.02, 1.08 * highest)))
        axes.set(xlabel="coverage: the surest share of the cases", ylabel="error among them")
        axes.xaxis.set_major_formatter(_percent())
        axes.yaxis.set_major_formatter(_percent())
    facts = [f"area {curve.aurc:.4f}", *(f"{p:.0%} right up to {c:.1%}" for p, c in marks)]
    if own:
        facts.append(f"this bundle routes {own[0]:.1%} with {own[1]:.1%} error")
    return _inline(drawn, f"Risk-coverage curve: {'; '.join(facts)}")


def confusion_map(matrix: Matrix) -> str:
    """Counts of labels by answers; the darker, the larger the share of the label's cases."""
    size = len(matrix.names)
    with _drawing("confusion", (3.4 + 0.38 * size, 2.4 + 0.32 * size)) as (figure, drawn):
        axes = figure.subplots()
        for i, counts in enumerate(matrix.counts):
            for j in counts.nonzero()[0]:
                _cell(axes, int(j), i, int(counts[j]), float(counts[j] / counts.sum()), i == j)
        names = [_short(name) for name in matrix.names]
        axes.set_xticks(range(size + 1), [*names, "any other"], rotation=55, ha="left")
        axes.set_yticks(range(size), names)
        axes.set(xlim=(-0.5, size + 0.5), ylim=(max(size, 1) - 0.5, -0.5), ylabel="label")
        axes.set_xlabel("answer")
        axes.xaxis.set_label_position("top")
        axes.tick_params(length=0, labelsize=9, top=True, bottom=False, labeltop=True)
        axes.tick_params(labelbottom=False)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
    label = f"Heat map of {size} mandates, labels by answers; the list below has the same in words"
    return _inline(drawn, label)


def _mark(axes: "Axes", precision: float, coverage: float) -> None:
    """Dotted lines to the point up to which that precision holds, and its name."""
    error = 1 - precision
    axes.plot([0, coverage, coverage], [error, error, 0], ":", color=FAINT, linewidth=1)
    left = coverage < 0.2  # no room before the point
    offset = (4 if left else -4, 3)
    words = f"{precision:.0%} right"
    side: Literal["left", "right"] = "left" if left else "right"
    axes.annotate(words, (coverage, error), offset, textcoords="offset points", ha=side, fontsize=9)


def _cell(axes: "Axes", x: int, y: int, count: int, share: float, right: bool) -> None:
    from matplotlib.patches import Rectangle

    corner = (x - 0.48, y - 0.46)
    shade = 0.06 + 0.5 * share
    colour = ACCENT if right else WARN
    axes.add_patch(Rectangle(corner, 0.96, 0.92, facecolor=colour, alpha=shade, linewidth=0))
    axes.text(x, y, str(count), ha="center", va="center", fontsize=8)


def _percent() -> "PercentFormatter":
    from matplotlib.ticker import PercentFormatter

    return PercentFormatter(1.0, decimals=0)


def _short(name: str) -> str:
    return name if len(name) <= _MOST_LETTERS else name[: _MOST_LETTERS - 1].rstrip() + "…"


@contextmanager
def _drawing(name: str, size: tuple[float, float]) -> Iterator[tuple["Figure", StringIO]]:
    """A figure of that size in inches, written into the buffer at the end.

    Nothing of the user's own matplotlib settings takes part. ``name`` salts the identifiers, so
    that several drawings can stand in one page.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    written = StringIO()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE | {"svg.hashsalt": name})
        figure = Figure(figsize=size, layout="constrained")
        yield figure, written
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(written, format="svg", transparent=True, metadata=nothing)


def _inline(drawn: StringIO, label: str) -> str:
    """The drawing without its file header, identifiers that nothing uses, and fixed colours."""
    from markupsafe import escape

    svg = _STYLE_SHEET.sub("", _HEADER.sub("", drawn.getvalue(), count=1))
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    box = _BOX.search(drawn.getvalue())
    assert box, "matplotlib writes a viewBox"
    inches = float(box["width"]) / _POINTS
    opening = (
        f'<svg role="img" aria-label="{escape(label)}" {box[0]} style="width: {inches:.2f}in">'
    )
    for mark, variable in _VARIABLES.items():
        svg = svg.replace(mark, f"var({variable})")
    return opening + svg
