"""Which resource a text means: a whole address, its unique end, or an ARM id, in any case."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from reconciler.errors import ReconcilerError, UsageError
from reconciler.model.address import Address, Scope
from reconciler.model.state import Unread

ARM: Final = "/subscriptions/"
PROVIDER: Final = "microsoft.compute"
LISTED: Final = 6
NEAR: Final = 3
ALIKE: Final = 0.6
LONGEST: Final = 256


class UnreadAddress(ReconcilerError):  # noqa: N818 - a state of the world
    """Nothing is known of the resource that was asked for, because Azure did not tell us."""


def find(text: str, known: Iterable[Address], unread: Iterable[Unread] = (), scopes: Iterable[Scope] = ()) -> Address:
    """The one known resource a text means.

    Raises UsageError, with near or possible addresses, where it is not one; UnreadAddress where it may lie at or below
    a place of these scopes that could not be read.
    """
    addresses = sorted(set(known))
    asked = text.strip().lower()
    asked = asked if asked.startswith(ARM) else asked.strip("/")
    whole = [address for address in addresses if asked in _spellings(address)]
    found = whole or [address for address in addresses if asked and _ends_so(address, asked)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(address.text(with_subscription=True) for address in found[:LISTED])
        more = f" and {len(found) - LISTED} more" if len(found) > LISTED else ""
        raise UsageError(f"“{text}” means {len(found)} resources", f"name one: {names}{more}")
    places = [place for place in unread if asked and _may_hold(place, asked, tuple(scopes))]
    if places:
        told = "; ".join(f"{place.where}: {place.code}" for place in places[:LISTED])
        hint = next((place.hint for place in places if place.hint), "") or _near(asked, addresses)
        raise UnreadAddress(f"“{text}” is not declared, and whether it is live is unread: {told}", hint)
    raise UsageError(f"“{text}” is neither declared nor live", _near(asked, addresses))


def _may_hold(place: Unread, asked: str, scopes: tuple[Scope, ...]) -> bool:
    """Whether a text may mean something at or below a place: its whole address says where it is, an end does not."""
    if asked.startswith(ARM):
        asked = "/".join(part for part in asked.split("/")[2::2] if part != PROVIDER)
    keys = [asked, *(f"{scope.subscription.lower()}/{asked}" for scope in scopes)]
    under = place.under.removesuffix("@")
    if under != place.under and "@" not in asked:
        return False
    whole = [key for key in keys if any(f"{key}/".startswith(f"{scope.key}/") for scope in scopes)]
    return not whole or any(key == under or key.startswith((f"{under}/", f"{under}@")) for key in whole)


def _spellings(address: Address) -> set[str]:
    plain = {address.text(), address.text(with_subscription=True), address.key}
    if address.access is None:
        plain.add(address.resource_id)
    return {spelling.lower() for spelling in plain}


def _ends_so(address: Address, asked: str) -> bool:
    """Whether the address ends with the text, cut at a slash; an access line may be named from its “@” on."""
    ending = asked if asked.startswith("@") else f"/{asked}"
    return any(spelling.endswith(ending) for spelling in _spellings(address))


def _near(asked: str, addresses: list[Address]) -> str:
    spelt: dict[str, Address] = {}
    for address in addresses:
        spelt.setdefault(address.name.lower(), address)
        text = address.text().lower()
        while text:
            spelt.setdefault(text, address)
            text = text.partition("/")[2]
    close = get_close_matches(asked[:LONGEST], spelt, n=NEAR * 2, cutoff=ALIKE)
    names = list(dict.fromkeys(spelt[name].text() for name in close))[:NEAR]
    return f"did you mean {' or '.join(names)}?" if names else "`reconciler show` lists what is declared"
