"""Structured logs; secrets and personal data are taken out at the sink, whoever forgot before."""

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

HIDDEN_KEYS = re.compile(
    r"(?i)token|secret|password|authorization|hmac|signature|cookie|^code$|e?mail|phone|address|customer|first_?name|last_?name"
)
HIDDEN_VALUES = [
    (re.compile(r"shp[a-z]{2}_[0-9A-Za-z_]+"), "[token]"),
    (re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*"), "[token]"),
    (re.compile(r"(?i)bearer\s+\S+"), "[token]"),
    (re.compile(r"(?i)\b(id_token|hmac|code|access_token|refresh_token|session|signature)=[^&\s\"']+"), r"\1=[hidden]"),
    (re.compile(r"(?i)(postgresql[+\w]*|redis|rediss)://[^@\s/]*@"), r"\1://[hidden]@"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "[e-mail]"),
]


def redact(value: Any, depth: int = 0) -> Any:
    """Return the value with secrets and personal data replaced, whatever its shape."""
    if depth > 6:
        return "…"
    if isinstance(value, dict):
        return {
            key: "[hidden]" if HIDDEN_KEYS.search(str(key)) else redact(each, depth + 1) for key, each in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(each, depth + 1) for each in value]
    if isinstance(value, bool | int | float | type(None)):
        return value
    text = str(value)
    for pattern, replacement in HIDDEN_VALUES:
        text = pattern.sub(replacement, text)
    return text


def _redact_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    cleaned = redact(dict(event))
    assert isinstance(cleaned, dict)
    return cleaned


def configure_logging(level: str = "info") -> None:
    """Send every log line, ours and the libraries', as JSON to standard error through the redaction."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact_event,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(default=str)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _redact_event,
                structlog.processors.JSONRenderer(default=str),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    # httpx logs whole URLs at info; ours may carry an OAuth code.
    logging.getLogger("httpx").setLevel(logging.WARNING)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of a module."""
    bound: structlog.stdlib.BoundLogger = structlog.get_logger(module=name)
    return bound
