"""Logs: lines for people or JSON for machines, each with the request or the task in which it was written."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from celery import current_task

# The number of the request that this thread answers, or has answered last; empty outside of the web server.
request_id: ContextVar[str] = ContextVar("request_id", default="")

_LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"


def configuration(*, level: str, style: str) -> dict[str, Any]:
    """Return Django's LOGGING: everything to stderr from `level` on, as `line` or as `json`."""
    formatters: dict[str, dict[str, object]] = {"line": {"format": _LINE}, "json": {"()": JsonFormatter}}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {style: formatters[style]},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": style}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {"django.utils.autoreload": {"level": "WARNING"}},
    }


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `at`, `level`, `logger`, `message`, and where there is one `request`, `task`, `error`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        facts: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
            **_where(),
        }
        if record.exc_info:
            facts["error"] = self.formatException(record.exc_info)
        return json.dumps(facts, ensure_ascii=False)


def _where() -> dict[str, str]:
    """Return the number of the request, or the number and name of the task, in which this is asked."""
    if request := request_id.get():
        return {"request": request}
    task = current_task
    if task and task.request.id:
        return {"task": str(task.request.id), "task_name": str(task.name)}
    return {}
