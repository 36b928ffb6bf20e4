"""An address given by hand names its resource in any case, with its subscription or without, access by its role."""

from __future__ import annotations

import pytest

from reconciler.model.address import Access, Address
from reconciler.planner.globs import covers_address, names_address
from reconciler.planner.options import names

GALLERY = Address("S-1", "rg-Images", "Corp")
GRANT = Address("S-1", "rg-Images", "Corp", access=Access("Reader", "P-1", "acdd72a7"))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("rg-images/corp", GALLERY),
        ("s-1/rg-images/corp", GALLERY),
        ("rg-images/corp@reader=p-1", GRANT),
        ("s-1/rg-images/corp@reader=p-1", GRANT),
        ("s-1/rg-images/corp@acdd72a7=p-1", GRANT),
    ],
)
def test_an_address_by_hand_names_its_resource(text: str, address: Address) -> None:
    assert names(frozenset({text}), address)
    assert names_address(text.upper(), address)
    assert covers_address(text.upper(), address)


@pytest.mark.parametrize("text", ["s-2/rg-images/corp", "corp", "s-1/rg-images/corp@owner=p-1", "s-1/rg-images"])
def test_another_address_names_neither(text: str) -> None:
    assert not names(frozenset({text}), GALLERY)
    assert not names(frozenset({text}), GRANT)
    assert not names_address(text, GALLERY)
    assert not names_address(text, GRANT)


def test_a_question_mark_alone_is_a_pattern() -> None:
    assert names_address("rg-images/c?rp", GALLERY)
    assert not covers_address("rg-images/c?rp", Address("S-1", "rg-images", "Corp", "ubuntu"))
