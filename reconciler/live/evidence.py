"""Looking up what a replacement stands on: whether each source is there, what is locked, what else lies in it.

A bounded number of single reads, asked only where something is to be deleted and made anew. Whatever is not plainly
answered comes back with a word of what is lacking: the planner and the executor refuse on that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from reconciler.kinds.scalars import region
from reconciler.live import failure
from reconciler.live.crew import Crew
from reconciler.live.failure import Failure
from reconciler.live.identity import address_of
from reconciler.live.listing import Getter, Item, get, list_all
from reconciler.live.locks import locks_at
from reconciler.live.patience import Patience
from reconciler.live.single import AUTHORIZATION, says_absent
from reconciler.model.address import Address, Kind
from reconciler.model.checks import Lock
from reconciler.model.evidence import TRAITS, Evidence, Questions, Seen, Surroundings
from reconciler.model.state import mapping

COMPUTE: Final = "2024-03-01"
DISKS: Final = "2023-10-02"
RESOURCES: Final = "2021-04-01"
MOST: Final = 500
ON_DISKS: Final = ("disks", "snapshots", "diskencryptionsets")
READER: Final = "grant this sign-in Reader there"


def gather(gateway: Getter, asked: Questions, patience: Patience, *, workers: int = 16) -> Evidence:
    """Ask for everything, as many at a time as there are workers; beyond 500 sources nothing is asked, so not proven.

    Raises CredentialError.
    """
    sources: dict[str, Seen] = {}
    roots: dict[Address, Surroundings] = {}
    with Crew(workers) as crew:
        for source in asked.sources[:MOST]:
            crew.ask(partial(look_at, gateway, source, patience), partial(sources.__setitem__, source.lower()))
        for root in asked.roots:
            crew.ask(partial(look_around, gateway, root, patience), partial(roots.__setitem__, root))
        crew.run()
    return Evidence(sources, roots)


def look_at(gateway: Getter, source: str, patience: Patience) -> Seen:
    """One source; a gallery version together with its definition, which says what system it is. Raises CredentialError.

    Only a plain answer that it is there and done counts (fact 7/2).
    """
    body = _read(gateway, source, patience)
    if isinstance(body, Seen):
        return body
    properties = mapping(body.get("properties"))
    state = str(properties.get("provisioningState") or "Succeeded")
    if state != "Succeeded":
        return Seen(f"is {state}", "wait, or mend it")
    if source.lower().rpartition("/")[0].endswith("/versions"):
        parent = _read(gateway, source.rsplit("/", 2)[0], patience)
        if isinstance(parent, Seen):
            return parent
        targets = mapping(properties.get("publishingProfile")).get("targetRegions")
        return Seen(regions=frozenset(_names(targets)), traits=_traits(mapping(parent.get("properties"))))
    disk = mapping(mapping(properties.get("storageProfile")).get("osDisk"))
    if "/providers/microsoft.compute/images/" in source.lower():
        properties = {"hyperVGeneration": "V1", **properties}  # what an image is that does not say (fact 2.3/3)
    return Seen(regions=frozenset({str(region(body.get("location") or ""))}), traits=_traits({**properties, **disk}))


def look_around(gateway: Getter, root: Address, patience: Patience) -> Surroundings:
    """The locks on a resource, in it and above it (fact 4.4/5), and everything that lies in it. Raises CredentialError.

    The group's list of resources names what lies in it of kinds that are not read otherwise; definitions, versions and
    grants are asked for themselves, because that list lags.
    """
    locks: set[Lock] = set()
    for scope, upwards in _lock_lists(root):
        found = locks_at(gateway, scope, patience, upwards=upwards)
        if isinstance(found, Failure):
            return Surroundings(lacking=found.message)
        locks.update(found)
    inside: set[str] = set()
    for listed in _lists(gateway, root, patience):
        if isinstance(listed, Failure):
            return Surroundings(lacking=listed.message)
        inside |= {str(item.get("id") or "").lower() for item in listed}
    prefix = f"{root.resource_id.lower()}/"
    words = tuple(sorted({lock.words for lock in locks}))
    return Surroundings(words, tuple(sorted(one for one in inside if one.startswith(prefix))))


def _lock_lists(root: Address) -> Iterator[tuple[str, bool]]:
    """Where locks are listed: in the resource, at it and at each scope above, whether a list reaches upwards or not."""
    yield root.resource_id, False
    for scope in (root.resource_id, *(one.resource_id for one in root.ancestors), root.scope.resource_id):
        yield scope, True


def _lists(gateway: Getter, root: Address, patience: Patience) -> Iterator[list[Item] | Failure]:
    def listed(path: str, version: str | None = None) -> list[Item] | Failure:
        return list_all(gateway, path, api_version=version, patience=patience, what="listing what lies in it")

    yield listed(f"{root.resource_id}/providers/Microsoft.Authorization/roleAssignments", AUTHORIZATION)
    if root.kind is Kind.IMAGE_VERSION:
        return
    everything = listed(f"{root.scope.resource_id}/resources", RESOURCES)
    if isinstance(everything, Failure):
        yield everything
        return
    yield [item for item in everything if address_of(str(item.get("id") or "")) is None]
    definitions: list[str] = [root.resource_id] if root.kind is Kind.IMAGE_DEFINITION else []
    if root.kind is Kind.GALLERY:
        images = listed(f"{root.resource_id}/images")
        yield images
        if isinstance(images, Failure):
            return
        definitions = [f"{root.resource_id}/images/{item['name']}" for item in images]
    for definition in definitions:
        yield listed(f"{definition}/versions")


def _read(gateway: Getter, resource_id: str, patience: Patience) -> Mapping[str, Any] | Seen:
    answer = get(gateway, resource_id, api_version=_version(resource_id), patience=patience, what="reading it")
    if isinstance(answer, Failure):
        return Seen(f"could not be read ({answer.message})", answer.hint)
    if answer.status == HTTPStatus.NOT_FOUND:
        return Seen("is not there", "a source that is there", missing=says_absent(answer))
    if not answer.ok:
        found = failure.of_answer(answer, "reading it")
        return Seen(f"could not be read ({found.code})", READER)
    if not isinstance(answer.body, Mapping) or not isinstance(answer.body.get("properties"), Mapping):
        return Seen("could not be read (an answer that is no resource)", "plan again")
    return answer.body


def _version(resource_id: str) -> str | None:
    """The API version of a provider's type; galleries have that of the target (section 1)."""
    if address_of(resource_id) is not None:
        return None
    kind = resource_id.lower().split("/")[-2]
    return DISKS if kind in ON_DISKS else COMPUTE


def _traits(properties: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name in TRAITS if isinstance(value := properties.get(name), str)}


def _names(targets: Any) -> Iterator[str]:
    for entry in targets if isinstance(targets, list) else ():
        if isinstance(entry, Mapping) and isinstance(entry.get("name"), str):
            yield str(region(entry["name"]))
