"""What may be another target's is not removed: what it declares, what it may declare, and what left it unpruned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.address import Address, Kind, Scope
from reconciler.model.plan import Level, RefusalRule
from reconciler.model.restriction import AllowList, Elsewhere
from reconciler.planner.context import Context, context_of
from reconciler.planner.scope import covered_by, maybe_declared, outside
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.random_estates import NOW, OPTIONS, desired_of, taken
from tests.support.workbench import GROUP, SUB

OLD = GALLERY + IMAGE + versions("1.0.0")
WHOLE = desired_of(OLD).resources
VERSION = Address(SUB, GROUP, "corp", "ubuntu", "1.0.0")
THEIRS = Elsewhere("theirs", scopes=(Scope(SUB, "rg-other"), Scope(SUB, GROUP)), prunes=False)


def context(declared: str, *others: Elsewhere) -> Context:
    return context_of(desired_of(declared).resources, taken(desired_of(OLD)), replace(OPTIONS, others=others), NOW)


def cover(declared: str, *others: Elsewhere) -> str:
    found = context(declared, *others)
    return covered_by(found, found.live.resources[VERSION])


@pytest.mark.parametrize(
    ("changes", "covered"),
    [
        ({}, True),
        ({"prunes": True}, False),
        ({"scopes": ()}, False),
        ({"scopes": (Scope(SUB, "rg-other"),)}, False),
        ({"allowed": AllowList(galleries=("other",))}, False),
        ({"allowed": AllowList(kinds=(Kind.GALLERY,))}, False),
        ({"allowed": AllowList(regions=("westeurope",))}, False),
        ({"allowed": AllowList(regions=("westeurope", "northeurope"), kinds=(Kind.IMAGE_VERSION,))}, True),
    ],
)
def test_what_a_target_without_prune_may_have_left_is_not_ours(changes: dict[str, Any], *, covered: bool) -> None:
    other = replace(THEIRS, **changes)

    assert cover("", other) == ("theirs" if covered else "")
    assert cover("", Elsewhere("pruning"), other) == ("theirs" if covered else "")


def test_what_lies_in_something_of_ours_is_theirs_only_where_they_declare_that_too() -> None:
    gallery = {address: one for address, one in WHOLE.items() if not address.image}

    assert cover(GALLERY, THEIRS) == ""
    assert cover(GALLERY, replace(THEIRS, declared=gallery)) == "theirs"
    assert cover("", replace(THEIRS, declared=gallery)) == "theirs"


def test_what_a_target_that_cannot_be_read_may_declare_is_refused_with_its_names() -> None:
    live = context("").live.resources.values()
    unread = Elsewhere("theirs", unknown="path-missing")

    (refusal,) = maybe_declared(context("", Elsewhere("read"), unread), live)

    assert (refusal.rule, refusal.level, refusal.override) == (RefusalRule.INCOMPLETE_READ, Level.RESOURCE, "")
    assert set(refusal.addresses) == set(WHOLE)
    assert refusal.message == (
        "the manifests of target theirs cannot be read (path-missing), and what is to be removed may be declared there"
    )
    assert refusal.ways_out == (
        "mend what `validate --target theirs` names",
        "scopes that do not overlap: scope.galleries of both targets",
    )
    both = context("", unread, replace(unread, name="more"))
    assert len(list(maybe_declared(both, iter(live)))) == 2
    assert not list(maybe_declared(both, ()))


def test_all_stray_regions_are_named_once_and_a_subscription_in_any_case_is_the_same() -> None:
    body = {
        "location": "uksouth",
        "publishingProfile": {"targetRegions": {"[a]": {"name": "uksouth"}, "[b]": {"name": "Korea Central"}}},
    }

    assert outside(AllowList(regions=("westeurope",)), VERSION, body) == "region uksouth, koreacentral"
    lettered = Address("ABC-def", GROUP, "corp")
    assert outside(AllowList(subscriptions=("abc-def",)), lettered, {}) == ""
    assert outside(AllowList(subscriptions=("abc",)), lettered, {}) == "subscription ABC-def"
