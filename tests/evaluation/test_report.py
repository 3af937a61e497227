"""The page: one file, nothing from outside, every text escaped and masked, whatever the cases."""

import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from data.errors import PintuError
from data.registry.registry import Registry
from evaluation.evaluate import figures
from evaluation.outcomes import Outcome
from evaluation.report import Subject, misses, page, reasons

Make = Callable[..., Outcome]
SUBJECT = Subject(
    bundle="uji <1>",
    sha256="ab" * 32,
    trained={"backend": "linear", "seed": 7, "versions": {"numpy": "2"}},
    files={"/rahasia/kasus.csv": "cd" * 32, "/lain/kasus.csv": "ef" * 32},
    door="",
    made=datetime(2025, 1, 2, 3, 4, tzinfo=UTC),
)
EVIL = '<script>alert(1)</script><img src=x onerror="alert(1)">'


class Checker(HTMLParser):
    """Reads a page as a browser would; notes what is open and what would be loaded."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.loads: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "br", "link", "img"}:
            self.open.append(tag)
        self.tags.append(tag)
        self.note(attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.note(attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def note(self, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            assert not name.startswith("on")
            if name == "id":
                self.ids.append(value or "")
            if name in {"src", "href", "xlink:href", "action"} and not (value or "").startswith(
                "#"
            ):
                self.loads.append(value or "")


@pytest.fixture(scope="module")
def build(registry: Registry) -> Callable[..., str]:
    def of(found: Sequence[Outcome], **more: object) -> str:
        return page(found, figures(found), SUBJECT, registry, **more)  # type: ignore[arg-type]

    return of


def check(html: str) -> Checker:
    checker = Checker(html)
    assert checker.open == []
    assert checker.loads == []
    assert len(checker.ids) == len(set(checker.ids))
    assert "://" not in html
    assert "nan" not in re.findall(r"\b\w+\b", html)
    linked = set(re.findall(r'href="#([^"]+)"', html))
    assert linked <= set(checker.ids)
    assert len(html) < 1_500_000
    return checker


def some(make: Make) -> list[Outcome]:
    return [
        make(probability=0.9, auto=True, created_at=datetime(2024, 5, 1)),
        make(answer="parkir", probability=0.95, auto=True, line=9),
        make("parkir", "parkir", 0.4, reasons=("low_confidence", "place_missing")),
        make("parkir", "", 0.0),
        make(label=""),
    ]


# -- the page


def test_the_page_is_whole_and_loads_nothing(build: Callable[..., str], make: Make) -> None:
    html = build(some(make))
    checker = check(html)
    assert checker.tags.count("svg") == 3
    assert {"headline", "calibration", "risk", "reasons", "mandates"} <= set(checker.ids)
    assert {"confusions", "slices", "worst", "labels", "made"} <= set(checker.ids)
    for shown in ("uji &lt;1&gt;", "ab" * 32, "cd" * 32, "ef" * 32, "2025-01-02T03:04:00"):
        assert shown in html
    assert html.count("kasus.csv, sha256") == 2
    assert "/rahasia" not in html
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


def test_the_only_script_is_ours_and_its_hash_is_allowed(
    build: Callable[..., str], make: Make
) -> None:
    html = build([make(text=EVIL, unit=EVIL, label="desk:x", probability=0.99, answer="parkir")])
    checker = check(html)
    assert checker.tags.count("script") == 1
    assert "img" not in checker.tags
    assert EVIL not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert re.search(r"script-src 'sha256-[\w+/=]{44}'", html)


def test_the_same_outcomes_give_the_same_page(build: Callable[..., str], make: Make) -> None:
    assert build(some(make)) == build(some(make))


def test_headline_figures_are_those_of_the_evaluation(
    build: Callable[..., str], make: Make
) -> None:
    found = [make(probability=0.9, auto=i < 20) for i in range(30)]
    html = build([*found, *[make(answer="parkir")] * 10])
    assert "75.0%" in html
    assert "58.8% – 87.3%" in html  # Clopper-Pearson for 30 of 40
    assert "83.2% – 100.0%" in html  # for 20 of 20


@pytest.mark.parametrize("n", [0, 1, 3])
def test_cases_without_labels_give_a_page_that_says_so(
    build: Callable[..., str], make: Make, n: int
) -> None:
    html = build([make(label="")] * n)
    assert "svg" not in check(html).tags
    assert "No case has a label of the unit" in html


@pytest.mark.parametrize("answer", ["lalu-lintas", "parkir", ""])
@pytest.mark.parametrize("auto", [True, False])
def test_one_case_is_enough(build: Callable[..., str], make: Make, answer: str, auto: bool) -> None:
    html = build([make(answer=answer, auto=auto)])
    check(html)
    assert ("Every first unit was right" in html) == (answer == "lalu-lintas")
    assert ("nothing was routed by itself" in html) == (not auto)
    assert ("No case was kept for a person" in html) == auto


def test_no_mandate_right_and_no_dates(build: Callable[..., str], make: Make) -> None:
    html = build([make(answer="parkir"), make("parkir", "lalu-lintas")] * 20)
    check(html)
    assert "no date" in html


def test_many_cases_stay_small(build: Callable[..., str], make: Make, registry: Registry) -> None:
    mandates = sorted(registry.mandates)
    regencies = [region.code for region in registry.regions if region.level == "regency"]
    found = [
        make(
            mandates[i % len(mandates)],
            mandates[i * i % len(mandates)],
            (i % 997) / 997,
            region=regencies[i % len(regencies)],
            answer_region=regencies[i % len(regencies)],
            created_at=datetime(2010 + i % 15, 1 + i % 12, 1),
            text="Rambu di simpang itu roboh " * (1 + i % 20),
            auto=i % 3 == 0,
        )
        for i in range(20_000)
    ]
    check(build(found))


def test_a_shortlist_has_a_place_of_its_own(build: Callable[..., str], make: Make) -> None:
    assert 'id="shortlist"' not in build([make()])
    html = build([make()], shortlist=[("holds the right unit", "97 <%>")])
    assert 'id="shortlist"' in html
    assert "97 &lt;%&gt;" in html


def test_a_bundle_that_routes_nothing_is_said_to(build: Callable[..., str], make: Make) -> None:
    said = "routed nothing by itself here"
    assert said in build([make()])
    assert said not in build([make(auto=True)])


def test_a_missing_extra_names_the_command_that_installs_it(
    build: Callable[..., str], make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(PintuError, match=r'matplotlib.*pip install "pintu\[evaluation\]"'):
        build([make()])


# -- its tables


def test_reasons_are_counted_over_all_cases(make: Make) -> None:
    first, second = reasons(some(make))
    assert (first.decision, first.code, first.n, first.share) == (
        "review",
        "low_confidence",
        3,
        0.6,
    )
    assert first.top1 == 0.5  # of the two that have a label
    assert (second.code, second.n, second.top1) == ("place_missing", 1, 1)
    assert reasons([make(label="")])[0].top1 is None
    assert reasons([]) == []


def test_misses_are_the_surest_wrong_answers(make: Make, registry: Registry) -> None:
    found = [make(answer="parkir", probability=i / 100, line=i) for i in range(2, 40)]
    found += [make(probability=0.99)]
    rows = misses(found, registry, 20)
    assert [row.probability for row in rows] == [i / 100 for i in range(39, 19, -1)]
    assert rows[0].where == "kasus.csv:39"
    assert rows[0].answer_mandate == registry.mandates["parkir"].name


def test_texts_of_misses_are_masked_cut_and_free_of_links(make: Make, registry: Registry) -> None:
    text = (
        "Lihat https://contoh.id/x dan www.contoh.id, hubungi 0812-3456-7890. " + "panjang " * 200
    )
    (row,) = misses([make(answer="parkir", text=text)], registry, 20)
    assert row.text.startswith("Lihat [LINK] dan [LINK] hubungi [TELEPON].")
    assert row.text.endswith("…")
    assert len(row.text) < 700


def test_a_number_at_the_cut_is_masked_all_the_same(make: Make, registry: Registry) -> None:
    text = "x " * 297 + "3578012345678901 ya"
    (row,) = misses([make(answer="parkir", text=text)], registry, 1)
    assert "3578" not in row.text
