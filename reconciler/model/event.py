"""What happens in the course of an apply, for whoever follows it line by line: a closed vocabulary."""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    """The events of one run, in the order in which they can come; the first and the last come once."""

    RUN_STARTED = "runStarted"
    ACTION_STARTED = "actionStarted"
    REGIONS_MOVED = "regionsMoved"
    ACTION_ENDED = "actionEnded"
    RUN_ENDED = "runEnded"
