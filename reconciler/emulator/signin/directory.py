"""The directory: users, groups and service principals, what they sign in with, and when each becomes known.

Two applications are always there, an operator that may do everything and a reader that may only read; settings add
more. Secrets of the built-in ones follow from the secret of the state, so that a restart invalidates none.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reconciler.emulator.settings import Principal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.emulator.settings import EmulatorSettings

OPERATOR_APP = "7e0f1c7a-0000-4000-8000-00000000a001"
READER_APP = "7e0f1c7a-0000-4000-8000-00000000a002"
READER = "7e0f1c7a-0000-4000-8000-0000000000dd"
USER = "7e0f1c7a-0000-4000-8000-0000000000ee"
DOMAIN = "emulator.local"


@dataclass(frozen=True, slots=True)
class Directory:
    """Everybody, by folded object id."""

    principals: Mapping[str, Principal]

    def get(self, object_id: str) -> Principal | None:
        """Find somebody by object id."""
        return self.principals.get(object_id.lower())

    def application(self, app_id: str) -> Principal | None:
        """Find a service principal by the id of its application."""
        folded = app_id.lower()
        return next((one for one in self.principals.values() if one.app_id and one.app_id.lower() == folded), None)

    def user(self, sign_in: str) -> Principal | None:
        """Find a user by the name that is typed to sign in."""
        folded = sign_in.lower()
        return next((one for one in self.principals.values() if one.sign_in and one.sign_in.lower() == folded), None)


def directory_of(settings: EmulatorSettings, secret: str, certificate: str = "") -> Directory:
    """Build the directory; `certificate` (PEM) is what the built-in applications may sign in with, too."""
    built_in = (
        Principal(settings.caller, "ServicePrincipal", "operator", OPERATOR_APP, roles=("Owner",)),
        Principal(READER, "ServicePrincipal", "reader", READER_APP, roles=("Reader",)),
        Principal(USER, "User", "operator user", sign_in=f"operator@{DOMAIN}", roles=("Owner",)),
    )
    equipped = [
        replace(one, secret=derived(secret, one.object_id), certificate=certificate if one.app_id else "")
        for one in built_in
    ]
    known = () if settings.principals == "any" else settings.principals.items()
    typed = [Principal(object_id, kind, object_id) for object_id, kind in known]
    return Directory(_by_id((*typed, *equipped, *settings.directory)))


def _by_id(principals: Iterable[Principal]) -> dict[str, Principal]:
    return {one.object_id.lower(): one for one in principals}


def derived(secret: str, purpose: str) -> str:
    """Derive a password from the secret of the state."""
    digest = hmac.digest(secret.encode(), f"sign-in/{purpose}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
