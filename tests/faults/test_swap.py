"""Bundles are swapped in a server under load, some of them damaged: not one request fails."""

import json
import shutil
import threading
from collections import Counter

from data import home

from .load import Load
from .servers import Client, until


def test_swapped_under_load(long, bundle, new_database, start, ledger, tmp_path, table):
    folders = [copied(bundle, tmp_path / name, name) for name in ("first", "second", "third")]
    damaged = copied(bundle, tmp_path / "damaged", "damaged")
    weights = damaged / "model" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    home.activate(folders[0])
    url = new_database("sqlite")
    server = start(url, bundle=None, home=home.home())
    served, over = Counter(), threading.Event()
    router = threading.Thread(target=route, args=(server, served, over), daemon=True)
    router.start()
    with Load(server, clients=4) as load:
        for folder in (*folders[1:], damaged, *folders, damaged, damaged, folders[1]):
            home.activate(folder)
            refusals = server.log().count("bundle refused")
            if folder is damaged:
                until(lambda before=refusals: server.log().count("refused") > before, 30)
            else:
                name, before = folder.name, served[200, folder.name]
                until(lambda n=name, before=before: served[200, n] > before + 10, 30)
    over.set()
    router.join()
    table(served={name: n for (_, name), n in served.items()}, acknowledged=len(load.answers))
    assert {status for status, _ in served} == {200}
    assert set(load.statuses) == {201}
    assert ledger(url).check(load) == (0, 0)


def route(server, served, over):
    client = Client(server)
    while not over.is_set():
        answer = client("POST", "/v1/route", {"text": "Aspal berlubang di depan pasar."})
        name = answer.json()["bundle"] if answer.status == 200 else ""
        served[answer.status, name] += 1


def copied(bundle, folder, name):
    """The same model under another name."""
    shutil.copytree(bundle, folder)
    manifest = folder / "manifest.json"
    row = json.loads(manifest.read_text(encoding="utf-8")) | {"name": name}
    manifest.write_text(json.dumps(row), encoding="utf-8")
    return folder
