"""Cases held out of fitting, with the answers of a model that never saw them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifier.calibration import Ranked
from classifier.jurisdiction import PLACED
from classifier.models.linear import NEAR, Head, LinearModel
from classifier.router import Router
from classifier.settings import Settings
from training.fit.linear import score
from training.run import Run


class Held:
    """Held-out labelled cases, scored once; ranked as often as settings are tried.

    Attributes:
        rows: their positions among the run's cases, shape (n,).
        labels: their units.
        places: where each belongs.
        unplaced: positions among ``rows`` of those that no field or door places.
    """

    def __init__(
        self,
        run: Run,
        heads: dict[str, Head],
        used: NDArray[np.bool_],
        mandates: NDArray[np.int64],
        rows: NDArray[np.int64],
    ) -> None:
        bundle = run.bundle("held-out", heads, Settings(), used, mandates)
        self.rows = rows
        self._router = Router(bundle)
        self._complaints = [run.cases[i].complaint for i in rows]
        self.places = [self._router.place(c, self._router.door_of(c))[0] for c in self._complaints]
        self._rules = [self._router.rules(c) for c in self._complaints]
        self.labels = [run.targets[i].unit for i in rows]
        self.unplaced = np.array(
            [i for i, place in enumerate(self.places) if place.context != PLACED], dtype=np.int64
        )
        self._table = {name: score(head, run.x[rows]) for name, head in heads.items()}
        model = bundle.model
        neighbours = model.neighbours if isinstance(model, LinearModel) else None
        if neighbours:
            self._table[NEAR] = np.array(
                [neighbours.score(row.indices, row.data) for row in run.x[rows]]
            )

    def ranked(self, settings: Settings, some: Sequence[int] | None = None) -> list[Ranked]:
        """The units of all held-out cases, or of some, as these settings rank them."""
        self._router.use(settings)
        chosen = range(len(self.rows)) if some is None else some
        return [
            self._router.rank(
                self._complaints[i],
                self.places[i],
                self._rules[i],
                {name: values[i] for name, values in self._table.items()},
            )[0]
            for i in chosen
        ]
