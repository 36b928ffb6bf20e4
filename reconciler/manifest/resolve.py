"""From drafts to resources: addresses, inheritance, and everything that needs more than one document.

Parents come before children, so that each child finds its parent's address, location and policy in place.
A resource with an error is left out together with what hangs below it; its address still counts as declared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.kinds.canonical import REPLICAS
from reconciler.kinds.registry import KINDS
from reconciler.manifest.defaults import Folders, Inherited, merge_tags
from reconciler.manifest.draft import Draft, Stated
from reconciler.manifest.findings import Findings
from reconciler.manifest.places import Places
from reconciler.manifest.policy import inherit
from reconciler.manifest.tags import check_tags
from reconciler.model.address import Address, Kind
from reconciler.model.diagnostic import Origin
from reconciler.model.plan import dotted
from reconciler.model.state import DesiredResource, Manage, Path, Policy

ORDER: Final = {kind: rank for rank, kind in enumerate(Kind)}
REPLICA_COUNT: Final = "replicaCount"


@dataclass(frozen=True, slots=True)
class Fallback:
    """Subscription and resource group where no document states them: flag, environment or settings file."""

    subscription: str | None = None
    resource_group: str | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """A draft in its place; `resource` is None where it has an error."""

    draft: Draft
    address: Address
    policy: Policy
    location: Stated | None
    resource: DesiredResource | None
    policy_places: Mapping[str, Origin]


class Resolver:
    """One estate being put together."""

    def __init__(self, folders: Folders, fallback: Fallback, findings: Findings) -> None:
        self._folders = folders
        self._fallback = fallback
        self._findings = findings
        self._by_draft: dict[int, Declared] = {}
        self.declared: dict[Address, Declared] = {}

    def run(self, drafts: Iterable[Draft]) -> None:
        """Place every draft, parents first."""
        for draft in sorted(drafts, key=lambda draft: ORDER[draft.kind]):
            if draft.whole:
                self._place(draft)

    def _place(self, draft: Draft) -> None:
        inherited = self._folders[draft.folder]
        found = self._nested(draft) if draft.parent is not None else self._standing(draft, inherited)
        if found is None:
            return
        address, above = found
        first = self.declared.get(address)
        if first is not None:
            message = f"{address} is declared twice; first at {first.draft.origin}"
            self._findings.add(draft.origin, "duplicate-resource", message)
            return
        declared = self._resolve(draft, address, above, inherited)
        self.declared[address] = self._by_draft[id(draft)] = declared

    def _nested(self, draft: Draft) -> tuple[Address, Declared] | None:
        above = self._by_draft.get(id(draft.parent))
        return None if above is None else (_below(above.address, draft), above)

    def _standing(self, draft: Draft, inherited: Inherited) -> tuple[Address, Declared | None] | None:
        scope = self._scope(draft, inherited)
        if scope is None:
            return None
        address = Address(scope[0], scope[1], *_above(draft))
        if draft.kind is Kind.GALLERY:
            return address, None
        above = self.declared.get(address)
        if above is None:
            message = f"{address.kind} {address}, the parent of this {draft.kind}, is declared nowhere"
            self._findings.add(draft.origin, "dangling-reference", message)
            return None
        return _below(above.address, draft), above

    def _scope(self, draft: Draft, inherited: Inherited) -> tuple[str, str] | None:
        names = draft.names
        subscription = _first(names.subscription, inherited.subscription, self._fallback.subscription)
        group = _first(names.resource_group, inherited.resource_group, self._fallback.resource_group)
        if subscription is None:
            self._findings.add(draft.origin, "no-subscription", f"this {draft.kind} has no subscription")
        if group is None:
            self._findings.add(draft.origin, "no-resource-group", f"this {draft.kind} has no resource group")
        return None if subscription is None or group is None else (subscription, group)

    def _resolve(self, draft: Draft, address: Address, above: Declared | None, inherited: Inherited) -> Declared:
        before = self._findings.errors
        policy = inherit(above.policy if above else Policy(), draft.policy)
        spec = draft.spec
        body, extra = dict(spec.body), dict[Path, Origin]()
        location = None
        if draft.kind is Kind.ROLE_ASSIGNMENT:
            _complete_assignment(body, address)
        elif spec.sound:
            location = self._location(draft, above, inherited, policy)
            _lay_defaults(body, extra, location, inherited)
        else:
            location = _own_location(draft) or inherited.location or (above.location if above else None)
        places = Places(draft.origin.file, spec.sheet, body, extra)
        _fill_replicas(draft.kind, body, places)
        _rename(draft.renamed, places)
        stated = above.policy_places if above else draft.policy.places
        if above and draft.policy.places:
            stated = {**stated, **draft.policy.places}
        resource = DesiredResource(address, body, draft.origin, policy, draft.unchecked, places, stated)
        self._check(draft, resource)
        sound = spec.sound and self._findings.errors == before and (above is None or above.resource is not None)
        return Declared(draft, address, policy, location, resource if sound else None, stated)

    def _location(self, draft: Draft, above: Declared | None, inherited: Inherited, policy: Policy) -> Stated | None:
        location = _own_location(draft) or inherited.location or (above.location if above else None)
        if location is None and "location" not in draft.spec.body and policy.manage is not Manage.OBSERVE:
            self._findings.add(draft.origin, "no-location", f"this {draft.kind} has no location")
        return location

    def _check(self, draft: Draft, resource: DesiredResource) -> None:
        """Everything that is judged on a body in its place."""
        observed = resource.policy.manage is Manage.OBSERVE
        missing = () if observed else draft.spec.missing
        for path in missing:
            at = resource.origin_of(path[:-1])
            self._findings.add(at, "required-field", f"{dotted(path)} is missing", f"state {dotted(path)}")
        for problem in KINDS[draft.kind].check(resource.address, resource.body):
            if problem.path and str(problem.path[0]) in draft.spec.doubted:
                continue
            origin = resource.origin_of(_written(resource, problem.path))
            self._findings.add(origin, problem.code, problem.message, problem.hint)
        check_tags(resource, self._findings)


def _written(resource: DesiredResource, path: Path) -> Path:
    """The path under which a field's place is kept: keys of free mappings stand there without brackets."""
    if path and path not in resource.origins:
        return (*path[:-1], str(path[-1]).removeprefix("[").removesuffix("]"))
    return path


def _first(own: Stated | None, inherited: Stated | None, fallback: str | None) -> str | None:
    if own is not None:
        return own.value
    return inherited.value if inherited is not None else fallback


def _above(draft: Draft) -> tuple[str, str | None, str | None]:
    """Gallery, image and version of a stand-alone draft's parent; a gallery's own name."""
    names = draft.names
    assert names.gallery is not None
    image = names.image if draft.kind in (Kind.IMAGE_VERSION, Kind.ROLE_ASSIGNMENT) else None
    version = names.version if draft.kind is Kind.ROLE_ASSIGNMENT else None
    return names.gallery.value, image.value if image else None, version.value if version else None


def _below(above: Address, draft: Draft) -> Address:
    """The address of a child, in its parent's spelling."""
    names = draft.names
    match draft.kind:
        case Kind.IMAGE_DEFINITION:
            image = names.image.value if names.image else ""
            return Address(above.subscription, above.group, above.gallery, image)
        case Kind.IMAGE_VERSION:
            version = names.version.value if names.version else ""
            return Address(above.subscription, above.group, above.gallery, above.image, version)
        case _:
            return Address(above.subscription, above.group, above.gallery, above.image, above.version, draft.access)


def _own_location(draft: Draft) -> Stated | None:
    value = draft.spec.body.get("location")
    if value is None:
        return None
    place = draft.spec.sheet.place(("location",))
    return Stated(value, Origin(draft.origin.file, *place) if place else draft.origin)


def _lay_defaults(
    body: dict[str, Any], extra: dict[Path, Origin], location: Stated | None, inherited: Inherited
) -> None:
    if location is not None and "location" not in body:
        body["location"] = location.value
        extra[("location",)] = location.origin
    if inherited.tags:
        own = body.get("tags", {})
        body["tags"] = merge_tags({key: value for key, (value, _) in inherited.tags.items()}, own)
        for key in body["tags"].keys() - own.keys():
            extra[("tags", key)] = inherited.tags[key][1]


def _fill_replicas(kind: Kind, body: dict[str, Any], places: Places) -> None:
    """A region without a count takes the declared replicaCount, and its place with it."""
    publishing = (body.get("publishingProfile") or {}) if kind is Kind.IMAGE_VERSION else {}
    count = publishing.get(REPLICA_COUNT)
    if count is None:
        return
    for key, region in (publishing.get("targetRegions") or {}).items():
        if region.get(REPLICAS) is None:
            region[REPLICAS] = count
            path = ("publishingProfile", "targetRegions", key, REPLICAS)
            places.redirect(path, ("publishingProfile", REPLICA_COUNT))


def _complete_assignment(body: dict[str, Any], address: Address) -> None:
    access = address.access
    if access is not None and access.role_id is not None:
        body["roleDefinitionId"] = access.role_id


def _rename(renamed: Mapping[Path, Path], places: Places) -> None:
    for canonical, raw in renamed.items():
        places.redirect(canonical, raw)
