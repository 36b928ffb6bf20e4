"""Whether a version that a replacement deletes can be made again: everything it is made with has to be proven there.

Apart from replacements because this speaks of one version: its sources and keys, where they lie, what system they are,
and whether they still hold what it was made from. A doubt is reason enough to keep it (facts 7/2, 4.3/6, 4.3/12).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.kinds.paths import entry_name
from reconciler.model.address import Address
from reconciler.model.evidence import TRAITS, Seen
from reconciler.model.state import DesiredResource, mapping
from reconciler.planner.bodies import new_body
from reconciler.planner.context import Context
from reconciler.planner.ignore import held
from reconciler.planner.order import VERSION_ID
from reconciler.planner.words import short_id

CHANGING: Final = ("virtualmachines", "disks")
_AWAY: Final = ("publish under the next number instead",)
KEYS: Final = ("diskEncryptionSetId", "secureVMDiskEncryptionSetId")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a version could perhaps not be made again, and what to do about it."""

    message: str
    ways_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Origins:
    """What a version is made with: ids of images, machines, versions and disks, of encryption sets, and the rest."""

    sources: tuple[str, ...]
    keys: tuple[str, ...]
    unprovable: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids that can be looked at."""
        return (*self.sources, *self.keys)

    @property
    def told(self) -> bool:
        """Whether anything says what the version is made from."""
        return bool(self.sources or self.unprovable)


def origins_of(body: Mapping[str, Any]) -> Origins:
    """Read a canonical body of a version."""
    storage = mapping(body.get("storageProfile"))
    whole = mapping(storage.get("source"))
    disks = [mapping(storage.get("osDiskImage")), *map(mapping, mapping(storage.get("dataDiskImages")).values())]
    parts = [mapping(disk.get("source")) for disk in disks]
    sources = [whole.get("id"), whole.get("virtualMachineId"), *(part.get("id") for part in parts)]
    other = [whole.get("communityGalleryImageId"), *(part.get("uri") for part in parts)]
    keys = _keys(body.get("publishingProfile"))
    return Origins(*(_texts(each) for each in (sources, keys, other)))


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    """The values as text, each once in whatever case; what is no text is told as it is."""
    texts = (value if isinstance(value, str) else repr(value) for value in values if value)
    return tuple(str(text) for text in dict.fromkeys(texts))


def _keys(value: Any) -> Iterator[Any]:
    for name, inner in value.items() if isinstance(value, Mapping) else ():
        if name in KEYS:
            yield inner
        else:
            yield from _keys(inner)


def remade_body(context: Context, desired: DesiredResource) -> Mapping[str, Any]:
    """The canonical body that a replacement makes: as declared, with ignored fields as they are live."""
    return held(context, desired.address, new_body(desired, context.options))


def doubts(context: Context, desired: DesiredResource, going: frozenset[Address]) -> Iterator[Doubt]:
    """Everything that stands against making a version again once all of `going` is deleted; nothing where all is sure.

    A source that is deleted too is refused though it may come back: what it then holds is not what it holds now.
    """
    body, live = remade_body(context, desired), context.live.resources[desired.address]
    where, found = desired.address.text(), origins_of(body)
    if not found.told:
        yield Doubt(f"nothing says what {where} is made from", ("declare its source",))
    for source in found.unprovable:
        yield Doubt(f"{where} is made from {short_id(source)}, which cannot be proven to be there", _AWAY)
    before = origins_of(live.body).sources
    for source in found.sources:
        yield from _of_source(context, desired, source, body, going)
        if source.lower().split("/")[-2] in CHANGING and source.lower() in {one.lower() for one in before}:
            yield Doubt(f"{where} is made from {short_id(source)}, which may hold something else by now", _AWAY)
    for key in found.keys:
        seen = context.live.evidence.sources.get(key.lower())
        if seen is None or seen.lacking:
            yield _lacking(where, "encrypted with", key, seen)


def _of_source(
    context: Context, desired: DesiredResource, source: str, body: Mapping[str, Any], going: frozenset[Address]
) -> Iterator[Doubt]:
    where = desired.address.text()
    match = VERSION_ID.fullmatch(source)
    near = None if match is None else Address(match[1], match[2], match[3], match[4], match[5])
    if near is not None and near in going:
        message = f"{where} is made from {near.text()}, which is deleted too"
        yield Doubt(message, ("publish it from something that stays",))
        return
    seen = _near(context, near) if near is not None else None
    seen = seen or context.live.evidence.sources.get(source.lower())
    if seen is None or seen.lacking:
        yield _lacking(where, "made from", source, seen)
        return
    home = str(body.get("location"))
    if home not in seen.regions:
        yield Doubt(f"{where} is made from {short_id(source)}, which is not in {home}", (f"a source in {home}",))
    for trait, wanted in _system(context, desired.address).items():
        found = seen.traits.get(trait)
        if found is not None and str(found).lower() != str(wanted).lower():
            message = f"{where} is made from {short_id(source)}, whose {trait} is {found}, not {wanted}"
            yield Doubt(message, (f"a source that is {wanted}",))


def _near(context: Context, source: Address) -> Seen | None:
    """What the read of this target says of a version in it; None where it did not look there."""
    live = context.live.resources.get(source)
    if live is None:
        return Seen("is not there", "a source that is there") if source in context.live.absent else None
    if live.state != "Succeeded":
        return Seen(f"is {live.state or 'in an unknown state'}", "wait, or mend it")
    here, declared = _regions(live.body), context.desired.get(source)
    staying = _regions(declared.body) if declared is not None else here
    assert source.parent is not None
    parent = context.live.resources.get(source.parent)
    traits = {} if parent is None else {name: str(parent.body[name]) for name in TRAITS if parent.body.get(name)}
    return Seen(regions=here & (staying or here), traits=traits)


def _regions(body: Mapping[str, Any]) -> frozenset[str]:
    """The regions of a canonical body; none where nobody can read them."""
    return frozenset(entry_name(key) for key in mapping(mapping(body.get("publishingProfile")).get("targetRegions")))


def _system(context: Context, version: Address) -> dict[str, Any]:
    """What the definition of a version will say that its sources have to be (fact 4.3/12)."""
    assert version.parent is not None
    live, desired = context.live.resources.get(version.parent), context.desired.get(version.parent)
    body = {**(live.body if live is not None else {}), **(desired.body if desired is not None else {})}
    return {name: body[name] for name in TRAITS if body.get(name)}


def _lacking(where: str, how: str, source: str, seen: Seen | None) -> Doubt:
    if seen is None:
        return Doubt(f"{where} is {how} {short_id(source)}, which was not looked up", ("replace less at once", *_AWAY))
    return Doubt(f"{where} is {how} {short_id(source)}, which {seen.lacking}", tuple(filter(None, (seen.hint, *_AWAY))))


def asked_of(bodies: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The ids to look up for some canonical bodies, each once."""
    return tuple(dict.fromkeys(one for body in bodies for one in origins_of(body).ids))
