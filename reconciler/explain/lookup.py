"""Which resource a text means: a whole address, its unique end, or an ARM id, in any case."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from reconciler.errors import UsageError
from reconciler.model.address import Address

LISTED: Final = 6
NEAR: Final = 3
ALIKE: Final = 0.6
LONGEST: Final = 256


def find(text: str, known: Iterable[Address]) -> Address:
    """The one known resource a text means. Raises UsageError, with near or possible addresses, where it is not one."""
    addresses = sorted(set(known))
    asked = text.strip().lower()
    asked = asked if asked.startswith("/subscriptions/") else asked.strip("/")
    whole = [address for address in addresses if asked in _spellings(address)]
    found = whole or [address for address in addresses if asked and _ends_so(address, asked)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(address.text(with_subscription=True) for address in found[:LISTED])
        more = f" and {len(found) - LISTED} more" if len(found) > LISTED else ""
        raise UsageError(f"“{text}” means {len(found)} resources", f"name one: {names}{more}")
    raise UsageError(f"“{text}” is neither declared nor live", _near(asked, addresses))


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
