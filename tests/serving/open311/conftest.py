"""A client of a server whose Open311 door is open, once on each kind of database."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from serving.security import keys
from serving.store.tables import complaints

TEXT = "Aspal Jalan Kertajaya rusak parah, banyak lubang sejak Januari, mohon diperbaiki."


class City:
    """Software of a city that hands in requests."""

    text = TEXT

    def __init__(self, keeper) -> None:
        self.keeper = keeper
        self.database = keeper.app.state.database

    def post(self, headers=None, **fields):
        """Send a form whose fields have these values."""
        form = {"description": TEXT} | fields
        return self.keeper("POST", "/open311/v2/requests.json", data=form, headers=headers)

    def send(self, body: bytes, kind="application/x-www-form-urlencoded", query="", **headers):
        """Send a body as it is."""
        return self.keeper(
            "POST",
            f"/open311/v2/requests.json{query}",
            content=body,
            headers={"content-type": kind} | headers,
        )

    def get(self, path="requests.json", headers=None, **query):
        return self.keeper.get(f"/open311/v2/{path}", params=query, headers=headers)

    def taken(self, **fields) -> str:
        """The number of a request that was taken."""
        answer = self.post(**fields)
        assert answer.status_code == 201, answer.text
        return answer.json()[0]["service_request_id"]

    def ids(self, **query) -> list[str]:
        """The numbers of the requests that a search finds."""
        answer = self.get(**query)
        assert answer.status_code == 200, answer.text
        return [one["service_request_id"] for one in answer.json()]

    def alter(self, number: str, **values) -> None:
        """Change a case as something else than this door would."""
        with self.database.writing() as connection:
            connection.execute(update(complaints).where(complaints.c.id == number).values(values))

    def key(self, *scopes: str) -> str:
        """A new API key."""
        with self.database.writing() as connection:
            return keys.create(
                connection, "Kota", scopes or ["intake"], actor="test", now=datetime.now(UTC)
            )

    @staticmethod
    def faults(answer) -> list[str]:
        """The fields that an answer finds fault with."""
        assert answer.status_code == 400, answer.text
        assert {one["code"] for one in answer.json()} == {400}
        return [one["description"].partition(":")[0] for one in answer.json()]

    def dump(self) -> str:
        """All that the database holds."""
        tables = ("complaints", "recommendations", "decisions", "reviews", "audit", "deliveries")
        with self.database.engine.connect() as connection:
            return str([connection.exec_driver_sql(f"SELECT * FROM {t}").all() for t in tables])


@pytest.fixture
def city(keeper):
    return City(keeper)


@pytest.fixture(scope="session")
def door(serve, proven):
    """A client of a server without a database."""
    client = serve(proven)
    return client
