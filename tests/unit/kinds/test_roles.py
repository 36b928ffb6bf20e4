"""A role's name that is none is held against the built-in ones: near is asked about, far is a custom role's own."""

from __future__ import annotations

import pytest

from reconciler.kinds.role_assignment import BUILT_IN_ROLES, LONGEST_NAME, near_role


@pytest.mark.parametrize(
    ("role", "near"),
    [
        ("Raeder", "Reader"),
        ("READRE", "Reader"),
        ("onwer", "Owner"),
        ("Contributer", "Contributor"),
        ("compute gallery image raeder", "Compute Gallery Image Reader"),
        ("Reader role", None),
        ("Our own role", None),
        ("", None),
    ],
)
def test_a_name_is_near_where_few_letters_are_wrong(role: str, near: str | None) -> None:
    assert near_role(role) == near


@pytest.mark.parametrize("name", BUILT_IN_ROLES)
def test_a_built_in_role_is_nearest_to_itself(name: str) -> None:
    assert near_role(name.upper()) == name
    assert near_role(f"{name}x") == name


def test_no_more_is_compared_than_a_name_may_be_long() -> None:
    assert near_role("Owner" + " " * LONGEST_NAME) is None
    long = "Compute Gallery Artifacts Publisher".ljust(LONGEST_NAME)
    assert near_role(long + "x" * 1000) == near_role(long)
