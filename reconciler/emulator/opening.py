"""How a world comes about: settings, a state file and certificates in, everything that rules need out.

Serving and seeding both begin here, so that what is seeded is what would have been written over HTTP.
"""

from __future__ import annotations

import secrets
import socket
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.emulator.faults import Faults
from reconciler.emulator.signin import certificates
from reconciler.emulator.signin.directory import READER, directory_of
from reconciler.emulator.signin.tokens import ARM, TEN_YEARS, Tokens
from reconciler.emulator.trouble.throttling import Meter
from reconciler.emulator.world import World

if TYPE_CHECKING:
    from reconciler.emulator.settings import EmulatorSettings
    from reconciler.emulator.signin.certificates import Papers
    from reconciler.emulator.state import Store


def open_world(settings: EmulatorSettings, store: Store, papers: Papers | None) -> World:
    """Make the world of a state file; roles of the directory are held besides those that the settings grant."""
    secret = store.fact("secret", lambda: secrets.token_hex(16))
    certificate = certificates.client_certificate(papers) if papers is not None else ""
    directory = directory_of(settings, secret, certificate)
    faults = Faults()
    for fault in settings.faults:
        faults.add(fault)
    held = {one.object_id.lower(): one.roles for one in directory.principals.values() if one.roles}
    settings = replace(settings, granted={**held, **settings.granted})
    tokens = Tokens(secret, settings.tenant)
    meter = Meter(settings, faults)
    return World(
        settings, store, lambda: str(uuid.uuid4()), secret, directory, tokens, faults, meter, _hosts(settings.host)
    )


def _hosts(host: str) -> frozenset[str]:
    """Give the names of this machine, and the one that the settings tell."""
    return frozenset({"localhost", "127.0.0.1", "::1", socket.gethostname().lower(), host.lower()})


def house_token(world: World, now: float) -> str:
    """Give the operator's long-lived token, the same over restarts."""
    operator = world.directory.get(world.settings.caller)
    assert operator is not None
    name = f"token/{world.settings.tenant}/{world.settings.caller}"
    known = world.store.fact(name, lambda: world.tokens.mint(operator, ARM, now, TEN_YEARS))
    world.tokens.trust(known)
    return known


def sign_ins(world: World) -> dict[str, dict[str, str]]:
    """Give what the applications of the directory sign in with, by their names; a name twice is the first one's."""
    found: dict[str, dict[str, str]] = {}
    for one in world.directory.principals.values():
        if one.app_id and (one.secret or one.certificate):
            certificate = "yes" if one.certificate and one.object_id in (world.settings.caller, READER) else ""
            found.setdefault(one.name, {"id": one.app_id, "secret": one.secret, "certificate": certificate})
    return found
