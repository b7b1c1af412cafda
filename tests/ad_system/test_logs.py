from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator

import pytest
from celery import shared_task

from ad_system import logs
from ad_system.logs import JsonFormatter, request_id


@pytest.fixture(autouse=True)
def no_request_of_another_test() -> Iterator[None]:
    token = request_id.set("")
    yield
    request_id.reset(token)


def record(message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("campaigns.services", logging.WARNING, __file__, 1, message, arguments, None)


@shared_task
def write_down() -> str:
    return JsonFormatter().format(record("in a task"))


def test_a_line_of_json_holds_what_machines_search_by() -> None:
    line = JsonFormatter().format(record("Pausing campaign %s\nreason=%s", "Ä", "budget"))
    facts = json.loads(line)

    assert "\n" not in line
    assert facts["message"] == "Pausing campaign Ä\nreason=budget"
    assert (facts["level"], facts["logger"]) == ("WARNING", "campaigns.services")
    assert facts["at"].endswith("+00:00")
    assert {"request", "task", "error"}.isdisjoint(facts)


def test_a_line_in_a_request_has_its_number() -> None:
    token = request_id.set("0123456789")
    try:
        facts = json.loads(JsonFormatter().format(record("in a request")))
    finally:
        request_id.reset(token)

    assert facts["request"] == "0123456789"


def test_a_line_in_a_task_has_its_number_and_name() -> None:
    facts = json.loads(write_down.apply(task_id="a-number").get())

    assert facts["task"] == "a-number"
    assert facts["task_name"] == write_down.name


def test_a_line_about_a_failure_has_the_whole_of_it() -> None:
    failing = record("It failed")
    try:
        int("why")
    except ValueError:
        failing.exc_info = sys.exc_info()

    assert json.loads(JsonFormatter().format(failing))["error"].endswith(
        "ValueError: invalid literal for int() with base 10: 'why'"
    )


@pytest.mark.parametrize("style", ["line", "json"])
def test_configuration_is_one_that_logging_takes(style: str) -> None:
    configuration = logs.configuration(level="WARNING", style=style)

    assert configuration["root"] == {"handlers": ["stderr"], "level": "WARNING"}
    assert list(configuration["formatters"]) == [style]
