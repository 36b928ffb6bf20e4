"""What was seen of the replication of versions: losing it costs requests, never a decision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, bindparam, delete, insert, select

from reconciler.model.plan import Target
from reconciler.model.replication import Seen
from reconciler.model.report import RegionProgress
from reconciler.store.database import of, where
from reconciler.store.tables import REPLICATIONS


def seen_in(engine: Engine, target: Target) -> Mapping[str, Seen]:
    """By address key, what is kept for a target; rows that cannot be understood are left out."""
    wanted = select(REPLICATIONS).where(*of(REPLICATIONS, target))
    with engine.begin() as connection:
        rows = connection.execute(wanted).mappings().all()
    return {str(row["address"]): found for row in rows if (found := _seen(row)) is not None}


def keep_seen(engine: Engine, target: Target, seen: Mapping[str, Seen]) -> None:
    """Keep what was seen of these versions instead of what was seen before."""
    rows = [
        {
            **where(target),
            "address": key,
            "mark": one.mark,
            "regions": json.dumps([[each.region, each.state, each.progress, each.details] for each in one.regions]),
            "seen_at": one.at.isoformat(),
        }
        for key, one in seen.items()
    ]
    if not rows:
        return
    old = delete(REPLICATIONS).where(*of(REPLICATIONS, target), REPLICATIONS.c.address == bindparam("old"))
    with engine.begin() as connection:
        connection.execute(old, [{"old": key} for key in seen])
        connection.execute(insert(REPLICATIONS), rows)


def _seen(row: Mapping[Any, Any]) -> Seen | None:
    try:
        regions = tuple(RegionProgress(*map(_plain, region)) for region in json.loads(row["regions"]))
        at = datetime.fromisoformat(row["seen_at"])
    except (TypeError, ValueError, RecursionError):
        return None
    return Seen(str(row["mark"]), regions, at) if at.tzinfo is not None else None


def _plain(value: Any) -> Any:
    if not isinstance(value, str | int):
        raise TypeError(value)
    return value
