"""Microsoft Graph, as far as access to images needs it: looking up users, groups and service principals.

Clients ask it for the name behind an object id and for the object id behind a name. It is read-only; people are made
in the settings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from reconciler.emulator.answers import Answer, compacted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reconciler.emulator.records import JSON
    from reconciler.emulator.settings import Principal

_COLLECTIONS = {"users": "User", "groups": "Group", "serviceprincipals": "ServicePrincipal"}
_TYPES = {"User": "user", "Group": "group", "ServicePrincipal": "servicePrincipal"}
_BY_APPLICATION = re.compile(r"^serviceprincipals\(appid='([^']*)'\)$", re.IGNORECASE | re.ASCII)
_ANY = re.compile(r"^(\w+)/any\(\w+:\s*\w+\s+eq\s+'((?:[^']|'')*)'\)$", re.IGNORECASE | re.ASCII)
_EQUAL = re.compile(r"^(\w+)\s+eq\s+'((?:[^']|'')*)'$", re.IGNORECASE | re.ASCII)
_STARTS = re.compile(r"^startswith\((\w+),\s*'((?:[^']|'')*)'\)$", re.IGNORECASE | re.ASCII)


def answer(
    method: str, path: str, query: Mapping[str, str], body: JSON, people: Sequence[Principal], me: Principal | None
) -> Answer:
    """Answer one request; `path` begins behind the version, `people` are those that the directory knows by now."""
    parts = path.strip("/").split("/")
    head = parts[0].lower()
    if (method, [part.lower() for part in parts]) == ("POST", ["directoryobjects", "getbyids"]):
        return compacted(200, {"value": _by_ids(body, people)})
    if method != "GET":
        return _refused(405, "Request_BadRequest", f"Specified HTTP method '{method}' is not allowed here.")
    by_application = _BY_APPLICATION.match(parts[0])
    if head == "me" and len(parts) == 1 and me is not None:
        return compacted(200, _shown(me))
    if by_application is not None and len(parts) == 1:
        return _one([one for one in people if one.app_id.lower() == by_application[1].lower()], by_application[1])
    if head not in _COLLECTIONS and head != "directoryobjects":
        return _refused(400, "BadRequest", f"Resource not found for the segment '{parts[0]}'.")
    kind = _COLLECTIONS.get(head)
    chosen = [one for one in people if kind in (None, one.kind)]
    if len(parts) == 1:
        return _listed(chosen, query.get("$filter", ""))
    if len(parts) == 2:  # noqa: PLR2004 - collection and key
        key = parts[1].lower()
        return _one([one for one in chosen if key in (one.object_id.lower(), one.sign_in.lower())], parts[1])
    return _refused(400, "BadRequest", f"Resource not found for the segment '{parts[2]}'.")


def _by_ids(body: JSON, people: Sequence[Principal]) -> list[JSON]:
    ids = body.get("ids")
    wanted = {str(one).lower() for one in ids} if isinstance(ids, list) else set()
    types = body.get("types")
    kinds = {str(one).lower() for one in types} if isinstance(types, list) and types else None
    found = [one for one in people if one.object_id.lower() in wanted]
    return [_shown(one) for one in found if kinds is None or one.kind.lower() in kinds]


def _listed(people: Sequence[Principal], text: str) -> Answer:
    tests: list[Callable[[JSON], bool]] = []
    for part in re.split(r"\s+or\s+", text, flags=re.IGNORECASE | re.ASCII) if text else ():
        test = _condition(part.strip())
        if test is None:
            return _refused(400, "Request_UnsupportedQuery", f"Unsupported or invalid query filter clause '{part}'.")
        tests.append(test)
    shown = [_shown(one) for one in people]
    return compacted(200, {"value": [one for one in shown if not tests or any(test(one) for test in tests)]})


def _condition(text: str) -> Callable[[JSON], bool] | None:
    for pattern, holds in ((_ANY, _contains), (_EQUAL, _equals), (_STARTS, _starts)):
        match = pattern.match(text)
        if match is not None:
            name, wanted = match[1].lower(), match[2].replace("''", "'").lower()
            return lambda one, holds=holds, name=name, wanted=wanted: holds(  # type: ignore[misc]
                {field.lower(): value for field, value in one.items()}.get(name), wanted
            )
    return None


def _contains(value: Any, wanted: str) -> bool:
    return isinstance(value, list) and any(str(one).lower() == wanted for one in value)


def _equals(value: Any, wanted: str) -> bool:
    return value is not None and str(value).lower() == wanted


def _starts(value: Any, wanted: str) -> bool:
    return isinstance(value, str) and value.lower().startswith(wanted)


def _one(found: Sequence[Principal], key: str) -> Answer:
    if found:
        return compacted(200, _shown(found[0]))
    message = f"Resource '{key}' does not exist or one of its queried reference-property objects are not present."
    return _refused(404, "Request_ResourceNotFound", message)


def _shown(one: Principal) -> JSON:
    head: JSON = {"@odata.type": f"#microsoft.graph.{_TYPES.get(one.kind, 'directoryObject')}", "id": one.object_id}
    head["displayName"] = one.name
    if one.kind == "User":
        return head | {"userPrincipalName": one.sign_in, "mail": one.sign_in or None}
    if one.kind == "ServicePrincipal":
        names = [one.app_id] if one.app_id else []
        kind = "Application" if one.app_id else "ManagedIdentity"
        return head | {"appId": one.app_id, "servicePrincipalNames": names, "servicePrincipalType": kind}
    return head | {"securityEnabled": True, "mail": None}


def _refused(status: int, code: str, message: str) -> Answer:
    return compacted(status, {"error": {"code": code, "message": message}})
