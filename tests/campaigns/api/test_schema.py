"""Requests made up from the OpenAPI page, good and bad: none ends in a 500, and all answers are as the page says."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck
from hypothesis import strategies as st
from schemathesis import BaseSchema, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ad_system.wsgi import application
from campaigns.models import Campaign, Scope
from campaigns.services import create_api_key
from tests.campaigns.api.door import OPERATIONS
from tests.factories import NOON, spend

pytestmark = pytest.mark.django_db

# A few each time; `./test.sh --long` tries many more.
EXAMPLES = min(hypothesis.settings().max_examples // 10, 200)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@cache
def load_schema() -> BaseSchema:
    """Load the schema as the page has it."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Keeps the test's connection, and its transaction, over requests to the bare application."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_operation_answers_as_its_schema_says(search: Campaign, method: str, path: str, mode: GenerationMode) -> None:
    numbers = {"brand": search.brand_id, "campaign": search.pk, "entry": spend(search, "5.00").pk}
    new = create_api_key(name="made up", scopes=tuple(Scope), every_brand=True, requests_per_minute=10**6, now=NOON)
    operation = load_schema()[path][method]

    @hypothesis.settings(suppress_health_check=list(HealthCheck), max_examples=EXAMPLES)
    @hypothesis.given(data=st.data())
    def check(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        if data.draw(st.booleans()):
            # Half of the requests are about something that is there.
            case.path_parameters.update({name: numbers[name] for name in case.path_parameters if name in numbers})
            if isinstance(case.body, dict) and "campaign" in case.body:
                case.body["campaign"] = search.pk
        case.call_and_validate(headers={"Authorization": f"Bearer {new.secret}"}, checks=CHECKS)

    check()
