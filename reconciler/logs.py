"""How this process logs: structlog to stderr, fixed event names, everything variable as a key, secrets redacted.

Configured once by the composition root; structlog is imported only then, because it costs more than most commands.
Redaction is a processor, so that no caller has to remember it (fact 3.2/2: operation URLs are signed).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

REDACTED: Final = "***"
SECRET_KEYS: Final = re.compile(
    r"authorization|secret|password|passwd|token|assertion|credential|api[-_]?key|signature|^sig$|cookie", re.IGNORECASE
)
SIGNED: Final = re.compile(
    r"(?<=[?&;])(sig|signature|s|h|c|t|code|access_token|client_secret|\$skiptoken)=[^&\s\"'<>]*", re.IGNORECASE
)
BEARER: Final = re.compile(r"\b(Bearer|Basic|SharedKey|SharedAccessSignature)\s+[^\s,\"'<>]+", re.IGNORECASE)
NAMED: Final = re.compile(
    r"(?i)((?:client_?secret|client_assertion|access_token|refresh_token|password|accountkey|shared_?access_?key)"
    r"\\*[\"']?\s*(?:[=:]|%3d)\s*\\*[\"']?)[^\s&\"'“”;<>]+"
)
SIGNATURE: Final = re.compile(  # `sig=`, `sas_sig=`, encoded in an address once or more often, a key of JSON text
    r"(?i)(?:(?<![a-z0-9])|(?<=26)|(?<=3f))(sig(?:nature)?(?:=|%(?:25)*3d|\\*[\"']\s*:\s*\\*[\"']))[^\s&;\"'“”<>]+"
)
USERINFO: Final = re.compile(r"(?<=://)[^/\s@\"'<>]+@")
JWT: Final = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")
DEEPEST: Final = 20
LEVELS: Final = ("debug", "info", "warning", "error", "critical")


def redact_text(text: str) -> str:
    """The text without authorization values, signed query parts, user info in addresses, tokens or secrets."""
    text = SIGNED.sub(lambda found: f"{found[1]}={REDACTED}", text)
    text = BEARER.sub(lambda found: f"{found[1]} {REDACTED}", text)
    for pattern in (NAMED, SIGNATURE):
        text = pattern.sub(lambda found: f"{found[1]}{REDACTED}", text)
    return JWT.sub(REDACTED, USERINFO.sub(f"{REDACTED}@", text))


def redact(value: Any, depth: int = 0) -> Any:
    """The value with every secret in it replaced, however deep; what is not text, map or list is told as text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return redact_text(value)
    if depth >= DEEPEST:
        return REDACTED
    if isinstance(value, Mapping):
        return {key: _entry(str(key), entry, depth) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(entry, depth + 1) for entry in value]
    if isinstance(value, bytes):
        return redact_text(value.decode("utf-8", "replace"))
    return redact_text(str(value))


def _entry(key: str, value: Any, depth: int) -> Any:
    if SECRET_KEYS.search(key) and value is not None and not isinstance(value, bool | int | float):
        return REDACTED
    return redact(value, depth + 1)


def redacting(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The processor: structlog's signature."""
    del logger, method
    kept = {key: event[key] for key in ("level", "timestamp") if key in event}
    return {**redact(event), **kept}


def configure(level: str, json: bool) -> None:  # noqa: FBT001 - the interface others call
    """Send logs of `level` and above to stderr, as JSON lines or for people. Raises ValueError for an unknown level."""
    if level.lower() not in LEVELS:
        raise ValueError(f"unknown log level “{level}”; known are {', '.join(LEVELS)}")
    import structlog

    rendering: list[Any] = [structlog.processors.format_exc_info, redacting]
    rendering.append(structlog.processors.JSONRenderer() if json else _for_people())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *rendering,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level.lower()),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _for_people() -> Any:
    import structlog

    return structlog.dev.ConsoleRenderer(colors=False)
