"""The addresses of this room: which paths need no token, which are Graph's, and what answers each.

Everything here answers with and without TLS: which of the two is chosen when the emulator is started.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from reconciler.emulator import bodies, filters
from reconciler.emulator.answers import Answer, ArmError, compacted
from reconciler.emulator.signin import documents, grants
from reconciler.emulator.signin import graph as lookups
from reconciler.emulator.signin.tokens import GRAPH_PATH

if TYPE_CHECKING:
    from reconciler.emulator.signin.grants import Desk
    from reconciler.emulator.traffic import Seen
    from reconciler.emulator.world import Caller, World

_METADATA = "/metadata/endpoints"
_TOKEN = re.compile(r"^/([^/]+)/oauth2(?:/v2\.0)?/token$", re.IGNORECASE | re.ASCII)
_OPENID = re.compile(r"^/([^/]+)(?:/v2\.0)?/\.well-known/openid-configuration$", re.IGNORECASE | re.ASCII)
_KEYS = re.compile(r"^/[^/]+/discovery(?:/v2\.0)?/keys$", re.IGNORECASE | re.ASCII)
_INSTANCE = re.compile(r"^/[^/]+/discovery/instance$", re.IGNORECASE | re.ASCII)
_REALM = re.compile(r"^/[^/]+/userrealm/([^/]+)$", re.IGNORECASE | re.ASCII)
_ASKING = re.compile(r"^/[^/]+/oauth2(?:/v2\.0)?/(?:devicecode|authorize)$", re.IGNORECASE | re.ASCII)
_OPEN = (_TOKEN, _OPENID, _KEYS, _INSTANCE, _REALM, _ASKING)
_GRAPH = re.compile(rf"^{GRAPH_PATH}/(?:v1\.0|beta)(/.*)$", re.IGNORECASE | re.ASCII)


def is_open(path: str) -> bool:
    """Tell whether a path is answered without a token."""
    return path.rstrip("/").lower() == _METADATA or any(pattern.match(path) for pattern in _OPEN)


def is_graph(path: str) -> bool:
    """Tell whether a path is Microsoft Graph's."""
    return _GRAPH.match(path) is not None


def answer(world: World, seen: Seen) -> Answer:
    """Answer a request that needs no token."""
    query = dict(parse_qsl(seen.query, keep_blank_values=True))
    tenant = world.settings.tenant
    token = _TOKEN.match(seen.path)
    if token is not None:
        if seen.method != "POST":
            raise _not_allowed(seen)
        return grants.grant(_desk(world, seen), token[1], bodies.form(seen))
    if _ASKING.match(seen.path):
        return grants.no_browser()
    if seen.method not in ("GET", "HEAD"):
        raise _not_allowed(seen)
    if _KEYS.match(seen.path):
        return compacted(200, {"keys": []})  # tokens are signed with a shared secret: there is no public key to show
    if _INSTANCE.match(seen.path):
        return compacted(200, documents.instance(seen.origin, tenant))
    realm = _REALM.match(seen.path)
    if realm is not None:
        return compacted(200, documents.realm(seen.origin, unquote(realm[1])))
    openid = _OPENID.match(seen.path)
    if openid is not None:
        return compacted(200, documents.openid(seen.origin, _named(world, openid[1])))
    return compacted(200, documents.metadata(seen.origin, tenant, query.get("api-version", "")))


def _named(world: World, tenant: str) -> str:
    known = world.settings.tenant
    if tenant.lower() in (known.lower(), "common", "organizations"):
        return known
    message = f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."
    raise ArmError(400, "invalid_tenant", message)


def _desk(world: World, seen: Seen) -> Desk:
    return grants.Desk(world.directory, world.tokens, seen.started, seen.origin, world.hosts)


def _not_allowed(seen: Seen) -> ArmError:
    return ArmError(405, "MethodNotAllowed", f"The method '{seen.method}' is not allowed here.")


def graph(world: World, seen: Seen, caller: Caller) -> Answer:
    """Answer a request to Microsoft Graph, about those who are known by now."""
    match = _GRAPH.match(seen.path)
    assert match is not None
    people = [one for one in world.directory.principals.values() if not world.faults.hides(one.object_id)]
    me = world.directory.get(caller.object_id)
    query = dict(parse_qsl(seen.query, keep_blank_values=True))
    if len(query.get("$filter", "")) > filters.LONGEST:
        raise ArmError(400, "Request_BadRequest", f"A filter has at most {filters.LONGEST} characters.")
    return lookups.answer(seen.method, match[1], query, bodies.content(seen), people, me)
