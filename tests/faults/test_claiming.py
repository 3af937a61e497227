"""Two servers claim reviews from one database: no review goes to two."""

import threading
from collections import Counter

import pytest

from .servers import Client, ask

TEXT = "Tolong ditindaklanjuti segera, warga ke-{} sudah lama menunggu."


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_servers_claim(kind, new_database, start, full, table):
    if kind == "postgresql" and not full:
        pytest.skip("takes long: make faults")
    url = new_database(kind)
    servers = [start(url, name) for name in ("one", "two")]
    for batch in range(6 if full else 2):
        sent = {"complaints": [{"text": TEXT.format(f"{batch}-{i}")} for i in range(100)]}
        assert ask(servers[0], "POST", "/v1/complaints/batch", sent).status == 201
    waiting = set()
    after = ""
    while True:
        page = ask(servers[1], "GET", f"/v1/reviews?limit=200&after={after}").json()
        waiting |= {row["complaint_id"] for row in page["reviews"]}
        if not (after := page["next"]):
            break
    assert len(waiting) > 50
    claimed, statuses = Counter(), Counter()
    threads = [
        threading.Thread(target=claim, args=(server, 1 + i % 3, claimed, statuses), daemon=True)
        for i, server in enumerate(servers * 4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    table(reviews=len(waiting), claimed=len(claimed), twice=sum(claimed.values()) - len(claimed))
    assert set(statuses) == {200}
    assert set(claimed) == waiting
    assert set(claimed.values()) == {1}


def claim(server, limit, claimed, statuses):
    """Claims until nothing is left."""
    client = Client(server)
    while True:
        answer = client("POST", "/v1/reviews/claim", {"limit": limit, "seconds": 3600})
        statuses[answer.status] += 1
        found = answer.json()["reviews"] if answer.status == 200 else []
        if not found:
            return
        claimed.update(review["complaint_id"] for review in found)
