"""The process that answers in shadow: ``python -m serving.ops.shadow``.

It routes the stored, masked complaints with the challenger and records what it would have said.
Routing has the lowest priority; writing has not, since whoever writes to SQLite must not be kept
waiting by one whose turn does not come. It ends with its standard input: however its parent dies,
it is gone within a second.
"""

import logging
import logging.config
import os
import select as poll
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, exists, insert, select

from classifier.router import Router
from data import home
from data.errors import PintuError
from serving.access import describe
from serving.logs import hide_messages, log_config
from serving.ops.loading import load_router
from serving.settings import configured
from serving.store.cases import complaint_of
from serving.store.database import Database, Unavailable
from serving.store.submissions import recommendation_row
from serving.store.tables import complaints, recommendations

REFUSED = 3  # exit status: this challenger cannot answer; starting again would not help
ROLE = "shadow"
_BATCH = 32
_IDLE_SECONDS = 1.0
_OUTAGE_SECONDS = 10.0
_LOG = logging.getLogger("pintu.shadow")


class Shadow:
    """Answers complaints that came since the challenger was named and that it has not answered.

    Args:
        database: where they stand.
        router: the challenger.
        since: when it was named.
        patient: where the routing is done.
    """

    def __init__(
        self, database: Database, router: Router, since: datetime, patient: Executor
    ) -> None:
        self.database = database
        self.router = router
        self.since = since
        self.patient = patient
        self.done = 0  # number of a complaint up to which nothing is left to do
        self.failed: set[str] = set()

    def step(self) -> int:
        """Answer the next few complaints.

        Returns:
            how many were answered.

        Raises:
            Unavailable: the database cannot be reached; what was answered is not lost, since it is
                found unanswered again.
        """
        with self.database.reading() as connection:
            found = connection.execute(self._unanswered()).all()
        waiting = [row for row in found if row.id not in self.failed]
        answers = self.patient.submit(self._answers, waiting).result()
        stored = self._store(answers)
        if found and stored == len(waiting):
            self.done = found[-1].number
        return stored

    def _unanswered(self) -> Select[Any]:
        answered = exists().where(
            recommendations.c.complaint_id == complaints.c.id,
            recommendations.c.role == ROLE,
            recommendations.c.bundle == self.router.name,
        )
        return (
            select(complaints)
            .where(
                complaints.c.number > self.done,
                complaints.c.received_at >= self.since,
                complaints.c.erased_at.is_(None),
                ~answered,
            )
            .order_by(complaints.c.number)
            .limit(_BATCH)
        )

    def _answers(self, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
        answers = []
        for row in rows:
            try:
                # The caller's number, as the champion saw it: the draw for the audit goes by it.
                complaint = complaint_of(row)
                answer = self.router.route([complaint])[0].to_row()
            except Exception as error:  # a fault of the challenger; the next one may go well
                self.failed.add(row.id)
                _LOG.error("case %s: %s", row.id, describe(error))
            else:
                answers.append(recommendation_row(row.id, answer, datetime.now(UTC), ROLE))
        return answers

    def _store(self, answers: Sequence[dict[str, Any]]) -> int:
        """Record answers, but none of a complaint that was erased meanwhile."""
        if not answers:
            return 0
        ids = [answer["complaint_id"] for answer in answers]
        there = and_(complaints.c.id.in_(ids), complaints.c.erased_at.is_(None))
        # Who is changing a complaint just now is not waited for: it is left for the next step.
        free = select(complaints.c.id).where(there).with_for_update(read=True, skip_locked=True)
        with self.database.writing() as connection:
            kept = set(connection.scalars(free))
            rows = [answer for answer in answers if answer["complaint_id"] in kept]
            if rows:
                connection.execute(insert(recommendations), rows)
        return len(rows)


def main() -> int:
    """Answer until the challenger is no longer the one named, or the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which ends this
    settings = configured()
    logging.config.dictConfig(log_config(settings.log_level))
    hide_messages()
    patient = ThreadPoolExecutor(1, initializer=os.nice, initargs=(19,))  # counts for its thread
    try:
        named = home.shadow_bundle()
        if named is None:
            return 0
        challenger = settings.model_copy(update={"bundle": named.bundle})
        router = patient.submit(load_router, challenger).result()
    except PintuError as error:
        _LOG.error("shadow refused: %s", error)
        return REFUSED
    _LOG.info("%s answers in shadow", router.name)
    with closing(Database(settings.database())) as database:
        _work(Shadow(database, router, named.since, patient), named)
    return 0


def _work(shadow: Shadow, named: home.Challenger) -> None:
    told = False
    pause = 0.0
    while not _parent_gone(pause) and home.shadow_bundle() == named:
        try:
            pause = 0.0 if shadow.step() else _IDLE_SECONDS
            told = False
        except Unavailable as error:
            pause = _OUTAGE_SECONDS
            if not told:
                _LOG.warning("shadow waits: %s", error)
            told = True


def _parent_gone(seconds: float) -> bool:
    """Wait, at most until standard input ends."""
    ready, _, _ = poll.select([sys.stdin], [], [], seconds)
    return bool(ready) and not os.read(sys.stdin.fileno(), 1024)


if __name__ == "__main__":
    sys.exit(main())
