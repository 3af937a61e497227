"""Drawings as markup: what stands in them, and that they can stand in any page."""

import re
from collections.abc import Callable
from xml.etree import ElementTree

import numpy as np
import pytest

from evaluation.calibration import reliability
from evaluation.mandates import Matrix
from evaluation.plots import confusion_map, reliability_diagram, risk_curve
from evaluation.selective import risk_coverage

SURE = np.array([0.95, 0.9, 0.6, 0.6, 0.2])
RIGHT = np.array([True, True, False, True, False])


def diagram() -> str:
    return reliability_diagram(reliability(SURE, RIGHT))


def curve() -> str:
    return risk_curve(risk_coverage(SURE, RIGHT), {"0.99": 0.4, "0.90": 0.0}, (0.4, 0.05))


def heat() -> str:
    return confusion_map(Matrix(("Jalan", "Parkir"), np.array([[7, 1, 0], [0, 2, 13]])))


DRAWINGS = (diagram, curve, heat)


def words(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


@pytest.mark.parametrize("draw", DRAWINGS)
def test_a_drawing_is_one_labelled_element_in_the_colours_of_the_page(
    draw: Callable[[], str],
) -> None:
    svg = draw()
    root = ElementTree.fromstring(svg.replace("xlink:href", "href"))
    assert root.tag == "svg"
    assert root.get("role") == "img"
    assert root.get("aria-label")
    assert not re.search(r"#[0-9a-fA-F]{6}\b", svg.replace('href="#', ""))
    assert "var(--ink)" in svg
    for unwanted in ("<style", "<metadata", "<image", "<script", "://", "<!DOCTYPE"):
        assert unwanted not in svg


@pytest.mark.parametrize("draw", DRAWINGS)
def test_the_same_is_drawn_again(draw: Callable[[], str]) -> None:
    assert draw() == draw()


def test_drawings_share_no_identifier() -> None:
    ids = [set(re.findall(r'\bid="([^"]+)"', draw())) for draw in DRAWINGS]
    assert sum(map(len, ids)) == len(set().union(*ids))


def test_settings_of_the_user_take_no_part() -> None:
    import matplotlib as mpl

    before = diagram()
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert diagram() == before
        assert mpl.rcParams["font.size"] == 30


def test_the_diagram_shows_the_counts_of_its_bins() -> None:
    assert {"1", "2"} <= set(words(diagram()))
    assert "at 0.60: 0.50 of 2" in diagram()


def test_the_curve_marks_precisions_that_are_reached_and_the_bundle() -> None:
    svg = curve()
    assert "99% right" in words(svg)
    assert "90% right" not in words(svg)
    assert "this bundle routes 40.0% with 5.0% error" in svg
    alone = risk_curve(risk_coverage(SURE, RIGHT), {"0.99": 0.0}, None)
    assert "this bundle" not in alone


def test_the_map_shows_the_counts_that_are_not_zero() -> None:
    numbers = [word for word in words(heat()) if word.isdigit()]
    assert sorted(numbers, key=int) == ["1", "2", "7", "13"]


def test_names_are_neither_markup_nor_formulas() -> None:
    svg = confusion_map(Matrix(("A $x^2$ <b>&", "B"), np.array([[1, 0, 0], [0, 1, 0]])))
    assert "A $x^2$ &lt;b&gt;&amp;" in svg
    assert "<b>" not in svg


@pytest.mark.parametrize("right", [True, False])
def test_one_case_can_be_drawn(right: bool) -> None:
    sure, answer = np.array([0.7]), np.array([right])
    assert "of 1" in reliability_diagram(reliability(sure, answer))
    assert risk_curve(risk_coverage(sure, answer), {"0.99": float(right)}, (1.0, 0.0))


def test_a_curve_of_many_cases_stays_small() -> None:
    random = np.random.default_rng(1)
    sure = random.random(20_000)
    svg = risk_curve(risk_coverage(sure, random.random(20_000) < sure), {}, None)
    assert len(svg) < 100_000
