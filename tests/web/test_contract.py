"""The API keeps to its own OpenAPI description, whatever is asked (schemathesis; bounded examples)."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from reprise.web.run import LiveRun
from reprise.web.settings import Settings

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def described(live: LiveRun) -> Any:
    from reprise.web.app import make_app

    app = make_app(
        live, Settings(upload=False, hosts=("localhost", "testserver"))
    )  # what an upload sets off is tested apart
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)


EXAMPLES = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_every_answer_is_as_described(described: Any) -> None:
    asked = 0
    for found in described.get_all_operations():
        operation = found.ok()

        @EXAMPLES
        @given(case=operation.as_strategy())
        def as_described(case: Any) -> None:
            nonlocal asked
            asked += 1
            case.call_and_validate(checks=CHECKS)

        as_described()
    assert asked >= 60


def test_every_parameter_of_a_list_is_described(client: TestClient) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert len(paths) >= 19
    names = {one["name"] for one in paths["/api/v1/tracks"]["get"]["parameters"]}
    assert {"q", "label", "genre", "library", "arousal_min", "sort", "page", "size", "format"} <= names
    assert all(operation.get("summary") for path in paths.values() for operation in path.values())
