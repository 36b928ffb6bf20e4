"""The security profile of a version: UEFI settings are fixed at creation and shown only when asked for.

They stand apart from the other content because they are limited in number (4.3/19) and hidden from
every answer that does not expand them (2.4/28, 3.6/1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.emulator import frozen
from reconciler.emulator.answers import ArmError
from reconciler.emulator.contents import TEXT, Items
from reconciler.emulator.frozen import Frozen

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON

UEFI = "securityProfile.uefiSettings"
FROZEN = (Frozen(f"{UEFI}.signatureTemplateNames"), Frozen(f"{UEFI}.additionalSignatures"))
_VERSION = "galleryImageVersion"
_MOST_KEYS = 256
_GROUPS = ("kek", "db", "dbx")
_KEY = {"type": TEXT, "value": Items(TEXT)}
TEMPLATE = {
    "uefiSettings": {
        "signatureTemplateNames": Items(TEXT),
        "additionalSignatures": {"pk": _KEY} | {name: Items(_KEY) for name in _GROUPS},
    }
}


def shown(stored: JSON) -> JSON:
    """Give the profile without its UEFI settings."""
    return {name: value for name, value in stored.get("securityProfile", {}).items() if name != "uefiSettings"}


def check_keys(sent: JSON) -> None:
    """Refuse too many UEFI keys (4.3/19)."""
    signatures = frozen.look(sent, f"{UEFI}.additionalSignatures")
    if not isinstance(signatures, dict):
        return
    keys = [signatures.get("pk", {}), *(key for name in _GROUPS for key in signatures.get(name, ()))]
    values = [value for key in keys if key.get("type", "").lower() == "sha256" for value in key.get("value", ())]
    if len(values) > _MOST_KEYS:
        message = (
            f"Exceeded the maximum number of UEFI Key elements of type 'sha256'. The maximum allowed is '{_MOST_KEYS}'"
        )
        target = f"{_VERSION}.properties.{UEFI}.additionalSignatures"
        raise ArmError(400, "InvalidParameter", message, target=target)
