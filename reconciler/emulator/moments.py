"""Moments in time as the service reads and writes them.

Input is any ISO 8601 form; output carries an offset and up to seven fraction digits with trailing
zeros cut (3.8/15). Role assignments write `Z` and always seven digits (5/3), so both forms are here.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_ISO = re.compile(
    r"^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?\s*(Z|[+-]\d{2}:?\d{2})?)?$",
    re.IGNORECASE | re.ASCII,
)


def parse(text: str) -> datetime | None:
    """Read a date or a date with time; without an offset it is UTC. None if it is neither."""
    match = _ISO.match(text.strip())
    if match is None:
        return None
    day, time, fraction, offset = match.groups()
    zone = "+00:00" if offset is None or offset.upper() == "Z" else offset
    micro = (fraction or "0")[:6].ljust(6, "0")
    clock = time or "00:00"
    clock = clock if clock.count(":") == 2 else f"{clock}:00"  # noqa: PLR2004 - hours, minutes, seconds
    try:
        return datetime.fromisoformat(f"{day}T{clock}.{micro}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def written(moment: datetime) -> str:
    """Write a moment as gallery bodies hold it: offset, trailing zeros of the fraction cut."""
    text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{moment.microsecond:06d}".rstrip("0")
    return f"{text}.{fraction}+00:00" if fraction else f"{text}+00:00"


def at(seconds: float) -> str:
    """Write a clock reading as gallery bodies and operations hold it."""
    return written(datetime.fromtimestamp(seconds, UTC))


def zulu(seconds: float) -> str:
    """Write a clock reading as role assignments hold it: seven digits and `Z` (5/3)."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}0Z"


def seconds(text: str) -> float | None:
    """Read a moment as a clock reading."""
    moment = parse(text)
    return None if moment is None else moment.timestamp()
