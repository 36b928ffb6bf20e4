"""An access line: from `{role, principal, …}` to the identity and the body of a role assignment.

The role by name, by GUID or by full id is one identity; a custom role's name waits for its GUID until Azure is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import yaml

from reconciler.kinds.role_assignment import AccessItem, near_role, role_guid, role_name
from reconciler.manifest.body import SpecBody, read_spec
from reconciler.manifest.findings import shown
from reconciler.manifest.values import Reader
from reconciler.model.address import Access
from reconciler.model.diagnostic import Origin
from reconciler.model.plan import dotted
from reconciler.model.state import Path

RENAMED: Final[Mapping[Path, Path]] = {
    ("roleDefinitionId",): ("role",),
    ("principalId",): ("principal", "id"),
    ("principalType",): ("principal", "type"),
}
WORDS: Final = ("description", "condition", "conditionVersion", "delegatedManagedIdentityResourceId")


@dataclass(frozen=True, slots=True)
class AccessLine:
    """What an access line grants, and its body without the role's id, which needs a subscription."""

    access: Access
    spec: SpecBody


def read_access(reader: Reader, node: yaml.Node | None, origin: Origin) -> AccessLine | None:
    """Read one line; None, with findings, where it does not say who may do what."""
    spec = read_spec(reader, node, AccessItem, origin)
    if not spec.sound:
        return None
    for path in spec.missing:
        word = dotted(path)
        reader.findings.add(origin, "required-field", f"an access line needs {word}", f"state {word}")
    if spec.missing:
        return None
    role = spec.body["role"].strip()
    if not role:
        place = spec.sheet.place(("role",))
        at = Origin(reader.text.name, *place) if place else origin
        reader.findings.add(at, "empty-role", "an access line names no role")
        return None
    if not role_guid(role) and (near := near_role(role)):
        place = spec.sheet.place(("role",))
        at = Origin(reader.text.name, *place) if place else origin
        reader.findings.add(at, "unknown-role", f"“{shown(role)}” is not a built-in role", f"did you mean “{near}”?")
    return AccessLine(_access(role, spec.body["principal"]["id"]), replace(spec, body=_body(spec.body)))


def _access(role: str, principal: str) -> Access:
    guid = role_guid(role)
    return Access(role_name(guid) if guid else role, principal, guid)


def _body(item: dict[str, Any]) -> dict[str, Any]:
    principal = item["principal"]
    body = {"principalId": principal["id"], "principalType": principal["type"]}
    body.update({word: item[word] for word in WORDS if word in item})
    return body
