"""Log lines: one JSON object each, with what identifies people masked before anything is written.

Sources of personal data in logs are mistakes by definition; the mask is the net under them, not a licence to log it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])(\d{3})\d{4,12}(\d{3}[\dXx])(?![0-9A-Za-z])")
_SECRET_WORDS = ("password", "secret", "token", "otp", "sms_code", "authorization", "cookie", "session_key")
_MASK = "***"


def mask_text(text: str) -> str:
    """`13800138000` becomes `138***8000`; so do resident ids and bank numbers: runs of 11 to 19 digits."""
    return _LONG_NUMBER.sub(rf"\1{_MASK}\2", text)


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {key: _MASK if _is_secret(key) else _masked(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(item) for item in value]
    return value


def _is_secret(key: object) -> bool:
    return isinstance(key, str) and any(word in key.lower() for word in _SECRET_WORDS)


def mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """structlog processor: values under telling keys go, long numbers inside any text are masked."""
    return {key: _MASK if _is_secret(key) else _masked(value) for key, value in event.items()}


def without_address(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """structlog processor: Django names the full address of a failed request; paths here hold codes that people
    carry.
    """
    if event.get("logger") in ("django.request", "django.security.csrf"):
        event["event"] = "request answered with an error"
        event.pop("request", None)
    return event


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        without_address,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        mask,
    ]


def logging_settings(*, level: str, as_json: bool, file: str = "") -> dict[str, Any]:
    """Django's LOGGING: everything, ours and the libraries', goes through the same processors to standard error, or to
    `file`.
    """
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    output: dict[str, Any] = (
        {"class": "logging.handlers.WatchedFileHandler", "filename": file, "encoding": "utf-8", "delay": True}
        if file
        else {"class": "logging.StreamHandler"}
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _shared(),
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            },
        },
        "handlers": {"output": output | {"formatter": "line"}},
        "root": {"handlers": ["output"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["output"], "level": "INFO", "propagate": False},
            # Our own line tells of all that is refused; of faults these tell where.
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "CRITICAL"},
            "django.utils.autoreload": {"level": "WARNING"},
            "fontTools": {"level": "WARNING"},
            "weasyprint": {"level": "ERROR"},
        },
    }
