"""What a process logs, and how: lines for people, or objects for programs."""

import logging
from typing import TextIO

from pythonjsonlogger.json import JsonFormatter

from service.settings import Settings
from service.web import request_log

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
NAMES = {"levelname": "level", "name": "logger", "exc_info": "error"}


class _Numbered(logging.Filter):
    """Gives a line the number of the request in which it was logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        if number := request_log.NUMBER.get():
            record.request = number
        return True


def begin_log(settings: Settings) -> None:
    """Of this process, to stderr. Lines of requests are for programs only: at a laptop nobody reads
    them, and what went wrong would stand between them."""
    in_json = settings.log == "json"
    logging.basicConfig(level=logging.INFO, handlers=[handler_of(in_json=in_json)])
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger(request_log.__name__).setLevel(logging.INFO if in_json else logging.WARNING)


def handler_of(*, in_json: bool) -> logging.StreamHandler[TextIO]:
    """Writes to stderr."""
    handler = logging.StreamHandler()
    handler.addFilter(_Numbered())
    handler.setFormatter(
        JsonFormatter(("levelname", "name", "message"), rename_fields=NAMES, timestamp="at")
        if in_json
        else logging.Formatter(TEXT)
    )
    return handler
