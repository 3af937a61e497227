"""A served router of a small trained bundle (``bundle`` comes from the conftest above)."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from classifier import bundle as bundles
from classifier.calibration import CalibrationCases
from classifier.router import Router
from classifier.settings import Proof
from serving.app import create_app
from serving.settings import Settings


class Client:
    """Calls an application in-process, one event loop a call."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def __call__(self, method: str, path: str, **given: Any) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://pintu") as client:
                return await client.request(method, path, **given)

        return asyncio.run(call())

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self("GET", path, **given)

    def post(self, path: str, json: Any = None, **given: Any) -> httpx.Response:
        return self("POST", path, json=json, **given)

    def raw(self, path: str, body: bytes, **headers: str) -> httpx.Response:
        """Post bytes as they are, declared as JSON unless the headers say otherwise."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self(
            "POST", path, content=body, headers={"content-type": "application/json"} | named
        )


@pytest.fixture(scope="session")
def router(bundle: Path) -> Router:
    return Router.load(bundle)


@pytest.fixture(scope="session")
def proven(bundle: Path) -> Router:
    """The same bundle as if 400 cases of Surabaya had been answered, nearly all rightly."""
    made = bundles.load(bundle)
    levels = {"0.9": {"": 0.05}, "0.95": {"": 0.002}}
    made.settings = replace(made.settings, proofs={"35.78": Proof(cases=400, shortlist=levels)})
    made.calibration = CalibrationCases.from_row(
        {
            "group": ["35.78"] * 400,
            "mandate": ["jalan", "kependudukan"] * 200,
            "label": ["jalan", "kependudukan"] * 200,
            "raw": [0.9] * 400,
            "probability": [0.5 + i / 1000 for i in range(400)],
            "second": [0.05] * 400,
            "labelled": [0.5] * 400,
            "right": [i != 7 for i in range(400)],
            "block": [i % 4 for i in range(400)],
        }
    )
    return Router(made)


@pytest.fixture(scope="session")
def serve() -> Callable[..., Client]:
    """Makes a client of a router (or None) under the given settings."""

    def make(router: Router | None, **settings: Any) -> Client:
        return Client(create_app(router, Settings(**settings)))

    return make


@pytest.fixture(scope="session")
def client(serve: Callable[..., Client], router: Router) -> Client:
    return serve(router)
