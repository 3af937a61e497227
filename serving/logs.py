"""Logs as JSON lines on stderr.

A line may hold what Pintu's own code says, places in code and types of exceptions. Messages of
exceptions, of warnings and of libraries may repeat a complaint's text, a key or a parameter of a
statement, so they are never written.
"""

import json
import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from serving.access import describe
from serving.settings import LogLevel

ERRORS = logging.getLogger("pintu.errors")

_FIELDS = ("method", "path", "status", "ms", "request_id")
_OWN = ("pintu", "uvicorn")  # loggers whose messages are known to be harmless
_FRAMES = 12  # of a traceback, the innermost
_WARNING = re.compile(r"(?P<place>.+?:\d+: \w+): ")  # what warnings.formatwarning begins with
_FRAME = re.compile(r'  File "(?P<file>[^"\n]+)", line (?P<line>\d+), in (?P<name>[\w<>.]+)$', re.M)


class JsonLines(logging.Formatter):
    """One JSON object a line. Of an exception it tells the type and places, not the message."""

    def format(self, record: logging.LogRecord) -> str:
        row: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        row |= {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1]:
            row["error"] = describe(record.exc_info[1])
            row["frames"] = _frames(record.exc_info[1])
        return json.dumps(row, ensure_ascii=False, default=str)


def log_config(level: LogLevel) -> dict[str, Any]:
    """The configuration for ``logging.config.dictConfig``: Pintu and uvicorn from a level on,
    other libraries from warnings on."""
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
        "loggers": dict.fromkeys(_OWN, logger),
        "root": {"handlers": ["stderr"], "level": "WARNING"},
    }


def hide_messages() -> None:
    """Send what Python itself would print on stderr, warnings and exceptions that nobody caught,
    through the loggers instead. For processes that serve; call it once the logs are set up."""
    logging.raiseExceptions = False  # a failing handler would print the record's arguments
    logging.captureWarnings(True)
    sys.excepthook = _on_uncaught
    threading.excepthook = _on_thread
    sys.unraisablehook = _on_unraisable


def _message(record: logging.LogRecord) -> str:
    logger = record.name.partition(".")[0]
    if record.name == "py.warnings":
        found = _WARNING.match(record.getMessage())
        return found["place"] if found else "warning"
    if logger not in _OWN:
        return f"hidden; see {record.pathname}:{record.lineno}"
    if isinstance(record.args, tuple):
        record.args = tuple(describe(a) if isinstance(a, BaseException) else a for a in record.args)
    try:
        message = describe(record.msg) if isinstance(record.msg, BaseException) else None
        message = message or record.getMessage()
    except (TypeError, ValueError):
        return f"broken; see {record.pathname}:{record.lineno}"
    return _without_traceback(message) if "Traceback (most" in message else message


def _without_traceback(message: str) -> str:
    """The places in a traceback that a library put into its message as text (a failed start)."""
    places = (f"{m['file']}:{m['line']} {m['name']}" for m in _FRAME.finditer(message))
    return "exception at " + " < ".join([*places][::-1][:_FRAMES])


def _frames(error: BaseException) -> list[str]:
    """Where an exception came from, the innermost first, and then where its causes did."""
    found: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(found) < _FRAMES:
        if cause is not error:
            found.append(f"from {type(cause).__name__}")
        frames = traceback.extract_tb(cause.__traceback__)[::-1]
        found += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        cause = cause.__cause__ or cause.__context__
    return found[:_FRAMES]


def _on_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        ERRORS.critical("uncaught", exc_info=(kind, error, trace))


def _on_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        ERRORS.error("a thread ended", exc_info=(args.exc_type, args.exc_value, args.exc_traceback))


def _on_unraisable(args: "sys.UnraisableHookArgs") -> None:
    if args.exc_value is not None:
        ERRORS.error(
            "could not be raised", exc_info=(args.exc_type, args.exc_value, args.exc_traceback)
        )
