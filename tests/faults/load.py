"""Clients that keep account of what was acknowledged, and what the database says to it."""

import contextlib
import threading
from collections import Counter

from sqlalchemy import func, select

from serving.store import tables
from serving.store.database import Database
from serving.store.verify import verify

from .servers import Answer, Client, Server


class Load:
    """Threads that send complaints until they are stopped, and note what was answered.

    Attributes:
        answers: body of each acknowledged complaint, by the caller's number.
        open: numbers without an answer that counts.
        statuses: how often each status came; 0 for none.
        seconds: how long each answer took.
    """

    def __init__(self, server: Server, clients: int = 8, mark: str = "A", **headers: str) -> None:
        self.server, self.mark, self.headers = server, mark, headers
        self.answers: dict[str, dict] = {}
        self.open: set[str] = set()
        self.statuses: Counter[int] = Counter()
        self.refused: list[Answer] = []
        self.seconds: list[float] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=[n]) for n in range(clients)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def send(self, number: str, client=None) -> Answer:
        """Send (again) the complaint with a number of the caller's, and note the answer."""
        self.open.add(number)
        body = {"id": number, "text": text_of(number), "door": "35.78"}
        answer = (client or Client(self.server))("POST", "/v1/complaints", body, **self.headers)
        self.statuses[answer.status] += 1
        self.seconds.append(answer.seconds)
        if answer.status == 201:
            self.answers[number] = answer.json()
            self.open.discard(number)
        elif answer.status:
            self.refused.append(answer)
        return answer

    def _send(self, thread: int) -> None:
        client, count = Client(self.server), 0
        with contextlib.closing(client.connection):
            while not self._over.is_set():
                count += 1
                answer = self.send(f"{self.mark}-{thread}-{count}", client)
                if answer.status != 201:
                    self._over.wait(0.05)


def text_of(number: str) -> str:
    """The text that is sent under a number: a different one for each."""
    return f"Lampu jalan padam di depan pasar, warga ke-{number} mohon diperbaiki."


class Ledger:
    """What a database holds, told by the database itself."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)

    def check(self, load: Load) -> tuple[int, int]:
        """Asserts that everything hangs together; how many acknowledged complaints are not there
        as they were acknowledged, and how many numbers are there more than once."""
        c, r = tables.complaints.c, tables.recommendations.c
        with self.database.reading() as connection:
            assert verify(connection).whole
            asked = select(c.id, c.caller_id, c.text, c.status, c.unit_id)
            rows = connection.execute(asked).all()
            first = dict(connection.execute(select(r.complaint_id, r.answer)).all())
            audited = select(tables.audit.c.subject).where(
                tables.audit.c.action == "complaint.received"
            )
            parts = [
                connection.scalars(asked).all()
                for asked in (select(tables.decisions.c.complaint_id), audited)
            ]
            waiting = connection.scalars(select(tables.reviews.c.complaint_id)).all()
        ids = sorted(row.id for row in rows)
        assert sorted(first) == ids
        assert [sorted(part) for part in parts] == [ids, ids]
        assert sorted(waiting) == sorted(row.id for row in rows if row.status != "forwarded")
        kept = {row.caller_id: row for row in rows}
        lost = 0
        for number, answer in load.answers.items():
            row = kept.get(number)
            whole = row and (row.id, row.text) == (answer["complaint_id"], text_of(number))
            lost += not (whole and first[row.id] == answer["recommendation"])
        return lost, len(rows) - len(kept)

    def count(self) -> int:
        with self.database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(tables.complaints))
