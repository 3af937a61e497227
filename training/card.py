"""The model card, made from the bundle's own facts."""

from classifier.bundle import Bundle


def model_card(bundle: Bundle) -> str:
    """A Markdown card: what the bundle is, what it was trained on, how it decides."""
    facts, metrics, settings = bundle.manifest, bundle.metrics, bundle.settings
    sources = "\n".join(
        f"- `{file['name']}` (sha256 {file['sha256']})" for file in facts["training"]
    )
    never = "never" if settings.threshold > 1 else f"from a probability of {settings.threshold:.3f}"
    return f"""# {bundle.name}

A Pintu bundle: routes Indonesian complaints to the responsible unit.

- backend: {facts["backend"]}, seed {facts["seed"]}, made {facts["created_at"]}
- cases labelled with a unit: {metrics["cases"]}, others: {metrics["without_unit"]}
- starter cases: {metrics["starter_cases"]}
- labels that became desks of their own: {metrics["own_desks"]}
- tuned on: {settings.split}
- routes by itself: {never} (target precision {facts["config"]["target_precision"]:.0%})

## Training files

{sources or "none: starter cases alone"}

## Limits

Probabilities hold for complaints like those it was trained on. Without labelled cases of a place
they rest on texts written for the project, and nothing is routed without a person.
"""
