"""Why a recommendation is what it is: the words, places, rules and earlier cases behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from classifier.local import Groups
from classifier.models.base import TextModel
from classifier.models.linear import Contrast, Evidence, LinearModel
from classifier.recommendation import Mention
from classifier.similar import CaseIndex

_MOST_SPANS = 8  # listed for the top mandate, and as many against it
_SLIGHT = 0.1  # share of the strongest contribution below which a word is not listed
_MOST_CASES = 5
_ALIKE = 0.1  # cosine from which an earlier case counts as similar


@dataclass(frozen=True, slots=True)
class Span:
    """Words of the text and how far they move the margins: above 0 for the top mandate."""

    start: int
    end: int
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class SimilarCase:
    """An earlier case with its masked, cut text and the cosine to this one."""

    id: str
    unit_id: str
    unit: str
    text: str
    similarity: float


@dataclass(frozen=True, slots=True)
class LocalHead:
    """A regency's own head, where it has a say in the mandate.

    Attributes:
        head: its name ("mandate@35.78").
        groups: the regency's groups of mandates.
        share: its weight in the blend, 0 to 1.
    """

    head: str
    groups: Groups
    share: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """What speaks for the likeliest mandate and against the second.

    Attributes:
        top: the likeliest mandate; empty if there is none.
        runner_up: the second; if empty, the words' weights are those for the top alone.
        words: the strongest spans for the top and those for the runner-up, strongest first.
        rest: sum of the weights of all other words.
        bias: the difference of the margins without any word. Words, rest and bias sum to the
            whole difference.
        places: as the recommendation has them.
        rules: rules of authority that were applied: rows with id, topic, level, articles,
            because, start and end (offsets in the text).
        similar: the most similar earlier cases, most similar first.
    """

    top: str
    runner_up: str
    words: tuple[Span, ...] = ()
    rest: float = 0.0
    bias: float = 0.0
    places: tuple[Mention, ...] = ()
    rules: tuple[Mapping[str, Any], ...] = ()
    similar: tuple[SimilarCase, ...] = ()

    def to_row(self) -> dict[str, Any]:
        """The explanation as plain JSON values, rounded to 4 decimals.

        Of a place only the likeliest region is given; the recommendation lists the others.
        """
        return {
            "top": self.top,
            "runner_up": self.runner_up,
            "words": [{**asdict(w), "weight": round(w.weight, 4)} for w in self.words],
            "rest": round(self.rest, 4),
            "bias": round(self.bias, 4),
            "places": [_place_row(mention) for mention in self.places],
            "rules": [{**rule, "articles": list(rule["articles"])} for rule in self.rules],
            "similar": [{**asdict(s), "similarity": round(s.similarity, 4)} for s in self.similar],
        }


def explain(
    text: str,
    mandates: Sequence[tuple[str, float]],
    *,
    model: TextModel,
    labels: Sequence[str],
    local: LocalHead | None = None,
    places: Sequence[Mention] = (),
    rules: Sequence[Mapping[str, Any]] = (),
    cases: CaseIndex | None = None,
) -> Explanation:
    """Explains the mandate of a recommendation.

    Args:
        text: ``Complaint.words``, to which all offsets refer.
        mandates: the recommendation's mandates, likeliest first.
        model: a model that cannot say which words moved it lists none, and no similar cases.
        labels: of the head "mandate".
        local: the head of the likeliest regency, if it has a share there.
        places: the recommendation's places.
        rules: the rules of authority that were applied, as plain rows.
        cases: the earlier cases among which similar ones are sought.
    """
    top, runner_up = (*(mandate for mandate, _ in mandates[:2]), "", "")[:2]
    found = Explanation(top, runner_up, places=tuple(places), rules=tuple(rules))
    if not isinstance(model, LinearModel):
        return found
    if top:
        evidence = model.evidence(text, contrasts(labels, top, runner_up, local))
        words = _strongest(text, evidence)
        rest = sum(evidence.spans.values()) - sum(span.weight for span in words)
        found = replace(found, words=words, rest=rest, bias=evidence.bias)
    if cases is None:
        return found
    return replace(found, similar=_similar(cases, model, text))


def contrasts(
    labels: Sequence[str], top: str, runner_up: str, local: LocalHead | None
) -> list[Contrast]:
    """The differences of margins that set two mandates apart.

    Where the regency's own head knows the groups of both and these differ, it is
    (1 - share) · pooled + share · local, as ``classifier.local.blend`` weighs them; else the local
    head has no say between the two and the pooled one decides. Margins, not the logits made of
    them, so that contributions add up. What else moves the mandate is left out: each head's
    temperature, the regency's topics, the factor on mandates without a local office.
    """
    mine = labels.index(top)
    other = labels.index(runner_up) if runner_up else None
    pooled = Contrast("mandate", mine, other)
    if local is None or other is None:
        return [pooled]
    columns = {group: column for column, group in enumerate(local.groups.columns.tolist())}
    first = columns.get(int(local.groups.of[mine]))
    second = columns.get(int(local.groups.of[other]))
    if first is None or second is None or first == second:
        return [pooled]
    return [
        replace(pooled, weight=1 - local.share),
        Contrast(local.head, first, second, local.share),
    ]


def _place_row(mention: Mention) -> dict[str, Any]:
    code, probability = mention.candidates[0]
    return {
        "start": mention.start,
        "end": mention.end,
        "text": mention.text,
        "region_code": code,
        "probability": round(probability, 4),
    }


def _strongest(text: str, evidence: Evidence) -> tuple[Span, ...]:
    ranked = sorted(evidence.spans.items(), key=lambda item: (-abs(item[1]), item[0]))
    least = _SLIGHT * abs(ranked[0][1]) if ranked else 0.0
    listed = [(span, weight) for span, weight in ranked if weight and abs(weight) >= least]
    chosen = [item for item in listed if item[1] > 0][:_MOST_SPANS]
    chosen += [item for item in listed if item[1] < 0][:_MOST_SPANS]
    return tuple(
        Span(start, end, text[start:end], weight)
        for (start, end), weight in sorted(chosen, key=lambda item: (-abs(item[1]), item[0]))
    )


def _similar(cases: CaseIndex, model: LinearModel, text: str) -> tuple[SimilarCase, ...]:
    """The nearest cases, those of one unit with the same text once."""
    found: dict[tuple[str, str], SimilarCase] = {}
    for position, cosine in cases.nearest(*model.featuriser.row(text), 3 * _MOST_CASES):
        if cosine < _ALIKE or len(found) == _MOST_CASES:
            break
        case = cases.case(position)
        similar = SimilarCase(case.id, case.unit_id, case.unit, case.text, cosine)
        found.setdefault((case.unit_id, case.text), similar)
    return tuple(found.values())
