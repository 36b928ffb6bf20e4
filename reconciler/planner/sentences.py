"""One plain sentence per action, for plans, reports and approvals: “add region uksouth with 1 replica to …”.

A sentence stands on its own: it names the resource, says the first three things that happen and counts the rest.
Apart from `words`, whose parts stand below an address and need no subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from reconciler.kinds.ownership import OWNER_TAG
from reconciler.kinds.paths import entry_name
from reconciler.kinds.version_checks import REGIONS
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Change, Verb, dotted
from reconciler.planner.replicas import replica_count
from reconciler.planner.steps import PENDING_TAG
from reconciler.planner.words import creation_detail

SAID: Final = 3
LONGEST: Final = 80
LONGEST_VALUE: Final = 40
SHORT_ID: Final = 8
PLAIN: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z|[A-Za-z]+_[A-Z]+")  # instants and storage types need no quotes
OWN_TAGS: Final = frozenset({OWNER_TAG, PENDING_TAG})
COMPANIONS: Final = frozenset({"allowUpdateImage", "startsAtVersion"})
PRINCIPALS: Final = {
    "User": "user",
    "Group": "group",
    "ServicePrincipal": "service principal",
    "ForeignGroup": "foreign group",
    "Device": "device",
}


class Part(NamedTuple):
    """One thing that happens, and the preposition that leads from it to the resource."""

    words: str
    preposition: str = "of"


def title(address: Address) -> str:
    """A resource by its own name and as much above it as tells it apart within its gallery: `ubuntu-2404 1.4.0`."""
    if address.access is not None and address.parent is not None:
        return f"{address.access.role} for {_short(address.access.principal)} on {title(address.parent)}"
    if address.version is not None:
        return f"{address.image} {address.version}"
    return address.image or address.gallery


def creation_sentence(address: Address, body: Mapping[str, Any]) -> str:
    """What a create makes; `body` is canonical."""
    match address.kind:
        case Kind.ROLE_ASSIGNMENT:
            return _granting("grant", "to", address, body)
        case Kind.IMAGE_VERSION:
            told = creation_detail(address, body).replace(" · ", " in ")
            joint = "" if not told or told.startswith("from ") else "in "
            return _whole(f"create version {address.version} of {address.image}", joint + told)
        case Kind.IMAGE_DEFINITION:
            told = creation_detail(address, body)
            return _whole(f"create definition {address.image} in {address.gallery}", told and f"for {told}")
        case _:
            place = body.get("location")
            return _whole(f"create gallery {address.gallery}", f"in {place}" if place else "")


def deletion_sentence(address: Address, body: Mapping[str, Any]) -> str:
    """What a delete takes away; `body` is the live canonical one."""
    match address.kind:
        case Kind.ROLE_ASSIGNMENT:
            return _granting("revoke", "from", address, body)
        case Kind.IMAGE_VERSION:
            return f"delete version {address.version} of {address.image}"
        case Kind.IMAGE_DEFINITION:
            return f"delete definition {address.image} of {address.gallery}"
        case _:
            return f"delete gallery {address.gallery}"


def abandon_sentence(address: Address) -> str:
    """What giving a resource up means."""
    return f"give up {title(address)}: its owner tag goes, everything else stays"


def change_sentence(verb: Verb, address: Address, changes: tuple[Change, ...], body: Mapping[str, Any]) -> str:
    """What an update or adoption changes; `body` is the canonical body to be written."""
    parts = list(_parts(changes, body))
    if verb is Verb.ADOPT:
        return _whole(f"take over {title(address)}", f"and {_joined(parts)}" if parts else "")
    if not parts:
        parts = [Part("write the owner tag")]
    preposition = parts[0].preposition if len(parts) == 1 else "on"
    return f"{_joined(parts)} {preposition} {title(address)}"


def _whole(head: str, rest: str) -> str:
    return f"{head} {rest}" if rest else head


def _granting(verb: str, joint: str, address: Address, body: Mapping[str, Any]) -> str:
    assert address.access is not None
    assert address.parent is not None
    who = PRINCIPALS.get(str(body.get("principalType")), "principal")
    principal = _short(address.access.principal)
    return f"{verb} {address.access.role} {joint} {who} {principal} on {title(address.parent)}"


def _short(principal: str) -> str:
    return f"{principal[:SHORT_ID]}…" if len(principal) > SHORT_ID else principal


def _joined(parts: list[Part]) -> str:
    said = [part.words if len(part.words) <= LONGEST else f"{part.words[: LONGEST - 1]}…" for part in parts[:SAID]]
    more = len(parts) - SAID
    if more > 0:
        return f"{', '.join(said)} and {more} more {'change' if more == 1 else 'changes'}"
    return " and ".join(filter(None, (", ".join(said[:-1]), said[-1])))


def _parts(changes: tuple[Change, ...], body: Mapping[str, Any]) -> Iterator[Part]:
    """Every change as a part; what only accompanies another change is left out."""
    for change in changes:
        head = str(change.path[0])
        if change.path == ("provisioningState",):
            yield Part("write once more after its failure", "to")
        elif head == "tags":
            yield from _tag_parts(change)
        elif head == "features":
            yield from _feature_parts(change)
        elif change.path[:2] == REGIONS and len(change.path) > len(REGIONS):
            yield _region_part(change, body)
        elif head not in COMPANIONS:
            yield _field_part(change.dotted, change)


def _tag_parts(change: Change) -> Iterator[Part]:
    if len(change.path) > 1:
        tags = {str(change.path[1]): change.after}
    else:
        tags = {**dict.fromkeys(change.before or {}), **(change.after or {})}
    for key, after in tags.items():
        if str(key).lower() in OWN_TAGS:
            continue
        if after is None:
            yield Part(f"remove tag {_line(key)}", "from")
        else:
            yield Part(f"set tag {_line(key)} to {_line(after) or 'nothing'}", "on")


def _feature_parts(change: Change) -> Iterator[Part]:
    if len(change.path) == 1:
        for key, entry in (change.after or {}).items():
            yield _feature(str(key), entry)
    elif len(change.path) == len(REGIONS):
        yield _feature(str(change.path[1]), change.after)
    elif change.path[-1] not in COMPANIONS:
        yield _feature(str(change.path[1]), {str(change.path[-1]): change.after})


def _feature(key: str, entry: Any) -> Part:
    name = entry_name(key)
    value = entry.get("value") if isinstance(entry, Mapping) else None
    return (
        Part(f"remove feature {name}", "from") if value is None else Part(f"set feature {name} to {_line(value)}", "on")
    )


def _region_part(change: Change, body: Mapping[str, Any]) -> Part:
    region, rest = entry_name(change.path[2]), change.path[3:]
    if not rest:
        if change.after is None:
            return Part(f"remove region {region}", "from")
        count = replica_count(body.get("publishingProfile") or {}, change.after)
        return Part(f"add region {region} with {count} replica{'' if count == 1 else 's'}", "to")
    if rest == ("regionalReplicaCount",) and isinstance(change.before, int) and isinstance(change.after, int):
        way = "raise" if change.after > change.before else "lower"
        return Part(f"{way} {region} from {change.before} to {change.after} replicas", "for")
    return Part(f"{_field_part(dotted(rest), change).words} in region {region}")


def _field_part(name: str, change: Change) -> Part:
    if change.after is None:
        return Part(f"clear {name}")
    value = _told(change.after)
    return Part(f"set {name} to {value}", "on") if value else Part(f"set {name}")


def _told(value: Any) -> str:
    """The value where it is short and no prose; "" elsewhere."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return value if isinstance(value, str) and PLAIN.fullmatch(value) else ""


def _line(text: Any) -> str:
    flat = " ".join(str(text).split())
    return flat if len(flat) <= LONGEST_VALUE else f"{flat[: LONGEST_VALUE - 1]}…"
