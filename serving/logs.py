"""Logs as JSON lines on stderr."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from serving.access import describe
from serving.settings import LogLevel

_FIELDS = ("method", "path", "status", "ms", "request_id")


class JsonLines(logging.Formatter):
    """One JSON object a line. Of an exception it tells the type and place, not the message."""

    def format(self, record: logging.LogRecord) -> str:
        row: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        row |= {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1]:
            row["error"] = describe(record.exc_info[1])
        return json.dumps(row, ensure_ascii=False)


def log_config(level: LogLevel) -> dict[str, Any]:
    """The configuration for ``logging.config.dictConfig``, for Pintu's and uvicorn's loggers."""
    logger = {"handlers": ["stderr"], "level": level.upper(), "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "serving.logs.JsonLines"}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "stream": "ext://sys.stderr",
            }
        },
        "loggers": {"pintu": logger, "uvicorn": logger},
    }
