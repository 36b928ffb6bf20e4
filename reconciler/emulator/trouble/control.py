"""The control address: what was asked, what is there, and faults to switch on and off while the emulator runs.

It is off unless the settings enable it and takes the operator's token alone. Nothing of it exists in Azure.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from reconciler.emulator import addresses, bodies, catalogue
from reconciler.emulator.answers import Answer, ArmError, compacted
from reconciler.emulator.trouble import fault_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.emulator.traffic import Log, RequestRecord, Seen
    from reconciler.emulator.world import World

_PREFIX = "/_emulator/"
_MOST = 1_000
_DIGITS = 10


def answer(world: World, log: Log, seen: Seen) -> Answer:
    """Answer one request: GET shows, POST adds, DELETE clears."""
    handlers: dict[tuple[str, str], Callable[[], Any]] = {
        ("GET", "requests"): lambda: _requests(log, seen),
        ("DELETE", "requests"): log.clear,
        ("GET", "counters"): lambda: _counters(log),
        ("GET", "resources"): lambda: {"value": catalogue.everything(world.store, seen.started)},
        ("GET", "faults"): lambda: {"value": [fault_file.shown(fault) for fault in world.faults.all()]},
        ("POST", "faults"): lambda: _add(world, seen),
        ("DELETE", "faults"): world.faults.clear,
    }
    name = seen.path.removeprefix(_PREFIX).rstrip("/")
    handler = handlers.get((seen.method, name))
    if handler is None:
        if any(name == known for _, known in handlers):
            message = f"The requested resource does not support http method '{seen.method}'."
            raise ArmError(405, "UnsupportedHttpMethod", message)
        raise addresses.unknown_path(seen.path)
    found = handler()
    return Answer(204) if found is None else compacted(200, found)


def _requests(log: Log, seen: Seen) -> dict[str, Any]:
    """Give the newest records, or up to a thousand from a number on, and the number to go on with."""
    asked = dict(parse_qsl(seen.query)).get("from", "")
    total = len(log.records)
    if asked and not (asked.isdecimal() and asked.isascii() and len(asked) < _DIGITS):
        raise ArmError(400, "InvalidParameter", f"from must be a number, not '{asked}'.")
    first = int(asked) if asked else max(0, total - _MOST)
    records = log.records[first : first + _MOST]
    return {"value": [_shown(record) for record in records], "next": min(total, first + _MOST), "total": total}


def _shown(record: RequestRecord) -> dict[str, Any]:
    said = {name: value for name, value in asdict(record).items() if name != "content"}
    return said | {"body": record.body}


def _counters(log: Log) -> dict[str, Any]:
    rows = [
        {"method": method, "kind": kind, "status": status, "count": count}
        for (method, kind, status), count in sorted(log.counters.items())
    ]
    return {"value": rows, "total": sum(log.counters.values())}


def _add(world: World, seen: Seen) -> Any:
    """Put a fault, or a list of them, in force: all or none."""
    sent = bodies.loaded(seen.body)
    try:
        if not isinstance(sent, list):
            faults = [fault_file.one(sent, "fault")]
        else:
            faults = [fault_file.one(item, f"fault {number}") for number, item in enumerate(sent, 1)]
    except fault_file.FaultError as error:
        raise ArmError(400, "InvalidFault", str(error)) from error
    try:
        for fault in faults:
            world.faults.add(fault)
    except ValueError as error:
        raise ArmError(400, "InvalidFault", str(error)) from error
    shown = [fault_file.shown(fault) for fault in faults]
    return {"value": shown} if isinstance(sent, list) else shown[0]
