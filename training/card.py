"""The model card, made from the bundle's own facts."""

from classifier.bundle import Bundle
from classifier.policy import MandateRow, Policy, choose_limits, counted


def model_card(bundle: Bundle) -> str:
    """A Markdown card: what the bundle is, what it was trained on, how it decides."""
    facts, metrics, settings = bundle.manifest, bundle.metrics, bundle.settings
    sources = "\n".join(
        f"- `{file['name']}` (sha256 {file['sha256']})" for file in facts["training"]
    )
    return f"""# {bundle.name}

A Pintu bundle: routes Indonesian complaints to the responsible unit.

- backend: {facts["backend"]}, seed {facts["seed"]}, made {facts["created_at"]}
- cases labelled with a unit: {metrics["cases"]}, others: {metrics["without_unit"]}
- starter cases: {metrics["starter_cases"]}
- labels that became desks of their own: {metrics["own_desks"]}
- tuned on: {settings.split}

## What goes out without a person

Target: {settings.target:.0%} right. Counted on {len(bundle.calibration)} calibration cases that
no part of the model was fitted on.

{_policy(bundle)}

## Training files

{sources or "none: starter cases alone"}

## Limits

Probabilities hold for complaints like those it was trained on. Without labelled cases of a place
they rest on texts written for the project, and nothing is routed without a person.
`cases/` holds texts of earlier cases, masked by rule and cut, to be shown to officers as similar
cases: names that nothing announces may remain in them. `--set similar_cases=0` trains without.
"""


def _policy(bundle: Bundle) -> str:
    """The policy table of each group of calibration cases."""
    limits = choose_limits(bundle.calibration, Policy(), bundle.settings.target)
    parts = []
    for group, limit in limits.items():
        cases, routed, right = counted([limit])
        share = f"{right / routed:.1%} right, bound {limit.bound:.1%}" if routed else "nothing"
        lines = [f"### {group}: {routed} of {cases} cases ({share})", ""]
        lines += ["| mandate | cases | threshold | routed | precision |", "|---|---|---|---|---|"]
        lines += [_line(row) for row in limit.table if row.routed]
        parts.append("\n".join(lines if routed else lines[:1]))
    return "\n\n".join(parts) or "Nothing: no labelled cases have proven any probability."


def _line(row: MandateRow) -> str:
    return (
        f"| {row.mandate} | {row.cases} | {row.threshold:.3f} | {row.routed} "
        f"| {row.right / row.routed:.1%} |"
    )
