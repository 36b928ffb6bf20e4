"""One live resource as the statement a manifest would make of it: names, policy, spec or access line.

Apart from the values because this knows what stands beside a spec: ownership marks, inherited policy, a gallery's
public name, the words of an access line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from reconciler.kinds.ownership import ABANDON, OWNER_TAG, PROTECT, live_marker
from reconciler.kinds.registry import rules_of
from reconciler.kinds.role_assignment import role_name
from reconciler.kinds.scalars import version_parts
from reconciler.manifest.access import RENAMED
from reconciler.manifest.emitted_values import Emitted, spec_of
from reconciler.model.address import Address, Kind
from reconciler.model.state import LiveResource, OnRemove, Path

GUID_LENGTH: Final = 36
COMMUNITY: Final = ("sharingProfile", "communityGalleryInfo")
PREFIX: Final = "publicNamePrefix"


@dataclass(frozen=True, slots=True)
class Marks:
    """The part of a policy that lives on in the owner tag."""

    protect: bool = False
    abandon: bool = False


@dataclass(slots=True)
class Item:
    """What will be written about one resource; values are taken out of `spec` while they cannot stand."""

    address: Address
    spec: dict[str, Any]
    policy: dict[str, Any] = field(default_factory=dict)

    @property
    def order(self) -> tuple[Any, ...]:
        """Where it stands among its siblings: versions by number, all else by name."""
        parts = version_parts(self.address.version or "") if self.address.kind is Kind.IMAGE_VERSION else None
        return (parts is None, parts or (), self.address.key)


def item_of(live: LiveResource, marks: Marks, hidden_tags: frozenset[str]) -> tuple[Item, Marks, Emitted]:
    """The statement of one resource below a parent with `marks`, its own marks, and what could not be stated."""
    body = dict(live.body)
    if live.tags:
        body["tags"] = {key: value for key, value in live.tags.items() if key.lower() not in hidden_tags}
    emitted = spec_of(live.address.kind, body)
    if live.address.kind is Kind.ROLE_ASSIGNMENT:
        return Item(live.address, _access_line(emitted.values)), marks, emitted
    _add_public_name(emitted.values, live.read_only)
    policy, own = _policy(live, marks)
    return Item(live.address, emitted.values, policy), own, emitted


def _policy(live: LiveResource, above: Marks) -> tuple[dict[str, Any], Marks]:
    """What must be stated so that the live marker is what the manifest asks for; nothing on what nobody owns."""
    if OWNER_TAG not in live.tags or not rules_of(live.address.kind).has_tags:
        return {}, above
    marker = live_marker(live.address, live.tags)
    own = Marks(marker == PROTECT, above.abandon if marker == PROTECT else marker == ABANDON)
    policy: dict[str, Any] = {}
    if own.protect is not above.protect:
        policy["protect"] = own.protect
    if own.abandon is not above.abandon:
        policy["onRemove"] = str(OnRemove.ABANDON if own.abandon else OnRemove.DELETE)
    return policy, own


def _add_public_name(spec: dict[str, Any], read_only: Mapping[str, Any]) -> None:
    """Tell the prefix from the public name `prefix-guid`, because the service never echoes it (fact 2.2/6)."""
    info, told = spec, read_only
    for part in COMMUNITY:
        info, told = info.get(part) or {}, told.get(part) or {}
    names = told.get("publicNames")
    name = names[0] if isinstance(names, list) and names else None
    if info and isinstance(name, str) and len(name) > GUID_LENGTH + 1:
        info[PREFIX] = name[: -GUID_LENGTH - 1]


def _access_line(values: dict[str, Any]) -> dict[str, Any]:
    """The spec of an assignment in the words of an access line, role and principal first."""
    line: dict[str, Any] = {}
    for canonical, words in RENAMED.items():
        value = values.pop(str(canonical[0]), None)
        if value is not None:
            line = _put(line, words, role_name(value) if words == ("role",) else value)
    return {**line, **values}


def _put(line: dict[str, Any], words: Path, value: Any) -> dict[str, Any]:
    head, *rest = words
    inner = line.get(str(head), {})
    return {**line, str(head): _put(inner, tuple(rest), value) if rest else value}
