"""The name rules of galleries, definitions, versions and identifiers, with the service's own words.

They apply when something is created; reading or deleting a badly named resource just finds nothing.
"""

from __future__ import annotations

import re

from reconciler.emulator.answers import ArmError

_GALLERY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.]{0,78}[A-Za-z0-9])?", re.ASCII)
_DEFINITION = re.compile(r"[A-Za-z0-9][\w\-.]{0,79}(?<![-.])", re.ASCII)
_VERSION = re.compile(r"\d+\.\d+\.\d+", re.ASCII)
_IDENTIFIER = re.compile(r"[A-Za-z0-9\-_.]*[A-Za-z0-9\-_]", re.ASCII)
_PREFIX = re.compile(r"[A-Za-z0-9]{5,16}", re.ASCII)
_RULE = r"^[^_\W][\w-._]{0,79}(?<![-.])$"
_LIMITS = {"publisher": 128, "offer": 64, "sku": 64}
_LONGEST = 80
_INT32 = 2**31 - 1


def check_gallery(name: str) -> None:
    """Refuse a bad gallery name (4.1/4, 4.1/5)."""
    if name.endswith("."):
        raise ArmError(
            400,
            "InvalidResourceName",
            f"The provided resource name {name} has these invalid trailing characters: . "
            "The name can not end with characters: .",
            gateway=True,
            fact="4.1/5",
        )
    if len(name) > _LONGEST or _GALLERY.fullmatch(name) is None:
        raise ArmError(
            400,
            "InvalidParameter",
            "Gallery name is invalid. Allowed characters are English alphanumeric characters, with underscores, and "
            "periods allowed in the middle, up to 80 characters total.",
            target="galleryName",
        )


def check_definition(name: str) -> None:
    """Refuse a bad definition name (4.2/4)."""
    if len(name) > _LONGEST or _DEFINITION.fullmatch(name) is None:
        message = f"The entity name '{name}' is invalid according to its validation rule: {_RULE}"
        raise ArmError(400, "InvalidParameter", message, target="galleryImageName")


def check_version(name: str) -> None:
    """Refuse a version name that is not three 32-bit integers (4.3/11)."""
    if _VERSION.fullmatch(name) is None or any(len(part) > 10 or int(part) > _INT32 for part in name.split(".")):  # noqa: PLR2004 - digits of a 32-bit integer
        raise ArmError(
            400,
            "InvalidParameter",
            "The image version name is invalid. The image version name should follow Major(int).Minor(int).Patch(int) "
            "format, for e.g: 1.0.0, 2018.12.1 etc",
            target="galleryImageVersionName",
            fact="4.3/11",
        )


def check_identifier(part: str, value: object) -> None:
    """Refuse a bad publisher, offer or sku (4.2/5)."""
    longest = _LIMITS[part]
    if isinstance(value, str) and len(value) <= longest and _IDENTIFIER.fullmatch(value) is not None:
        return
    target = f"galleryImage.properties.identifier.{part}"
    raise ArmError(
        400,
        "InvalidParameter",
        f"Asset name {target} is not valid. It cannot be empty. Allowed characters are uppercase or lowercase letters, "
        "digits, hyphen(-), period (.), underscore (_). Names are not allowed to end with period(.). The length of the "
        f"name cannot exceed {longest} characters.",
        target=target,
        fact="4.2/5",
    )


def check_public_prefix(value: object) -> None:
    """Refuse a community prefix that is not 5 to 16 letters and digits (2.2/6)."""
    if isinstance(value, str) and _PREFIX.fullmatch(value) is not None:
        return
    target = "gallery.properties.sharingProfile.communityGalleryInfo.publicNamePrefix"
    raise ArmError(400, "InvalidParameter", "publicNamePrefix must have 5 to 16 letters and digits.", target=target)
