"""The server keeps to its own OpenAPI document, whatever schemathesis makes of it."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from serving.app import create_app
from serving.settings import Settings
from serving.store.database import Database
from serving.store.migrate import upgrade

OPERATIONS = {
    "POST /v1/route": 80,
    "POST /v1/route/batch": 60,
    "POST /v1/complaints": 60,
    "POST /v1/complaints/batch": 30,
    "GET /v1/complaints": 30,
    "GET /v1/complaints/{complaint_id}": 20,
    "POST /v1/complaints/{complaint_id}/outcome": 30,
    "POST /v1/complaints/{complaint_id}/decision": 30,
    "GET /v1/reviews": 20,
    "POST /v1/reviews/claim": 20,
    "GET /v1/model": 20,
    "GET /v1/units": 60,
    "GET /healthz": 3,
    "GET /readyz": 3,
}
WITHOUT_INPUT = ("GET /v1/model", "GET /healthz", "GET /readyz")
CHECKED = [operation for operation in OPERATIONS if operation not in WITHOUT_INPUT]
# Not "positive data acceptance": that a door must be a region is beyond any schema.
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
    checks.allow_header_conformance,
]


@pytest.fixture(scope="session")
def document(router, tmp_path_factory):
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('fuzzed') / 'pintu.db'}")
    upgrade(database)
    app = create_app(router, Settings(secret="s" * 40), database)
    yield schemathesis.openapi.from_asgi("/openapi.json", app)
    app.state.writer.close()
    database.close()


def test_every_operation_is_tried(document):
    found = [found.ok() for found in document.get_all_operations()]
    assert {f"{one.method.upper()} {one.path}" for one in found} == set(OPERATIONS)


@pytest.mark.parametrize(
    ("operation", "mode"),
    [(operation, GenerationMode.POSITIVE) for operation in OPERATIONS]
    + [(operation, GenerationMode.NEGATIVE) for operation in CHECKED],
)
def test_the_server_keeps_to_its_document(document, operation, mode):
    method, path = operation.split()
    cases = document[path][method].as_strategy(mode)

    @given(cases)
    @settings(
        max_examples=OPERATIONS[operation],
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    def keeps(case):
        case.call_and_validate(checks=CHECKS)

    keeps()
