"""A process's log: one handler, as text or as one JSON object a line, with secrets removed.

Call ``configure`` once, at the start of a process. Modules log through ``logging.getLogger(__name__)``. Servers such as
uvicorn must not configure logging themselves (``log_config=None``), or their lines would bypass the redaction.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import IO

from runtime.observability.redaction import redact
from runtime.settings.settings import Settings

_CHATTY = ("httpx2", "httpx", "httpcore", "aiohttp", "asyncio", "uvicorn.access", "alembic.runtime.plugins")
"""Libraries that log every request, URL and all."""

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class TextFormatter(logging.Formatter):
    """Time, level, logger and message, with secrets removed, also from tracebacks."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """The text of a record."""
        return redact(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, error (if any), and extra fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line for a record."""
        fields: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if record.exc_info:
            fields["error"] = redact(self.formatException(record.exc_info))
        for name, value in vars(record).items():
            if name not in _STANDARD:
                fields[name] = value if isinstance(value, int | float | bool | None) else redact(str(value))
        return json.dumps(fields, ensure_ascii=False)


def configure(settings: Settings, stream: IO[str] | None = None) -> None:
    """Send this process's log to a stream, instead of any earlier set-up.

    Args:
        settings: Gives the level and the format.
        stream: Standard error by default.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
