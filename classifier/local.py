"""Blends the pooled mandate head with the head that a regency's own cases taught.

A regency's labels name units, and a unit may serve several mandates. The local head therefore
knows groups of mandates: those that one unit serves there. Only the groups are blended; how a
group divides among its mandates stays as the pooled head has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.registry.registry import Registry

_FLOOR = -3.0  # logit of a group that the local head has never seen
_LEAST = 1e-12  # probability with which a group counts at least


@dataclass(frozen=True)
class Groups:
    """Groups of one regency.

    Attributes:
        of: for each pooled label the number of its group, shape (labels,).
        member: the same as zeros and ones, shape (labels, groups).
        columns: groups that the local head knows, in the order of its labels.
        names: the main mandate of each group.
    """

    of: NDArray[np.int64]
    member: NDArray[np.float64]
    columns: NDArray[np.int64]
    names: tuple[str, ...]


def group(registry: Registry, region: str, labels: Sequence[str], local: Sequence[str]) -> Groups:
    """The groups of a regency.

    Args:
        registry: says which unit serves a mandate there.
        region: code of the regency.
        labels: labels of the pooled head.
        local: labels of the local head: main mandates of units.
    """
    main = [_main(registry, region, label) for label in labels]
    names = sorted({*main, *local})
    numbers = {name: i for i, name in enumerate(names)}
    of = np.array([numbers[name] for name in main])
    columns = np.array([numbers[name] for name in local])
    return Groups(of, np.eye(len(names))[of], columns, tuple(names))


def blend(
    pooled: NDArray[np.float64],
    local: NDArray[np.float32],
    groups: Groups,
    temperature: float,
    share: float,
    topic: tuple[NDArray[np.float64], float] | None = None,
) -> NDArray[np.float64]:
    """Log-probabilities of many cases over the pooled labels, shape (n, labels).

    Args:
        pooled: log-probabilities of the pooled head, shape (n, labels).
        local: the local head's scores, shape (n, local labels).
        groups: of the regency.
        temperature: factor on the local scores.
        share: weight of the local head in the log-linear mean, 0 to 1.
        topic: log-shares of the groups by the text's category, shape (n, groups), and their
            weight in a second such mean.
    """
    together = np.log(np.maximum(np.exp(pooled) @ groups.member, _LEAST))
    scores = np.full(together.shape, _FLOOR)
    scores[:, groups.columns] = local
    # Each of these is right up to a number a case, which the last softmax takes out.
    blended = (1 - share) * together + share * temperature * scores
    if topic is not None:
        blended = (1 - topic[1]) * blended + topic[1] * topic[0]
    return log_softmax(pooled + (blended - together)[:, groups.of])


def log_softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-softmax of one case, shape (k,), or of each row, shape (n, k)."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    normed: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return normed


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """The softmax of one case, shape (k,)."""
    weights: NDArray[np.float64] = np.exp(logits - logits.max())
    weights /= weights.sum()
    return weights


def _main(registry: Registry, region: str, label: str) -> str:
    """The main mandate of the unit that serves a label at the regency; itself where none does."""
    if label not in registry.mandates:
        return label
    units = registry.units(label, "regency", region)
    return units[0].mandate if units else label
