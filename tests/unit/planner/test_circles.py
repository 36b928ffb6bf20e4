"""What cannot be done first is named, never a traceback."""

from __future__ import annotations

import pytest

from reconciler.errors import InvalidInput
from reconciler.model.address import Address
from reconciler.model.plan import Action, Level, Plan, RefusalRule, Verb
from reconciler.model.state import LiveState
from reconciler.planner.order import ordered
from tests.support.estates import GALLERY, IMAGE, SOURCE, versions
from tests.support.random_estates import desired_of, planned
from tests.support.workbench import GROUP, SUB, short, writes

INNER = f"/subscriptions/{SUB}/resourceGroups/{GROUP}/providers/Microsoft.Compute/galleries/corp/images/ubuntu/versions"


def made(sources: dict[str, str]) -> Plan:
    """The plan of versions where some are made from others."""
    text = GALLERY + IMAGE + versions("1.0.0", "1.1.0", "1.2.0", "1.3.0")
    for name, source in sources.items():
        text = text.replace(f"{SOURCE}/ubuntu-{name}", f"{INNER}/{source}")
    return planned(desired_of(text), LiveState({}))


def test_a_circle_takes_along_what_is_made_from_it_and_nothing_else() -> None:
    plan = made({"1.0.0": "1.1.0", "1.1.0": "1.0.0", "1.2.0": "1.1.0"})

    (refusal,) = plan.refusals
    assert (refusal.rule, refusal.level) == (RefusalRule.IMMUTABLE, Level.RESOURCE)
    assert refusal.ways_out == ("make one of them from something else",)
    assert refusal.origin is not None
    assert refusal.origin.line > len(GALLERY.splitlines())
    assert "corp/ubuntu/1.0.0, rg-images/corp/ubuntu/1.1.0 are made from each other" in refusal.message
    assert [short(address) for address in refusal.addresses] == [f"corp/ubuntu/1.{number}.0" for number in range(3)]
    assert writes(plan) == [("create", "corp"), ("create", "corp/ubuntu"), ("create", "corp/ubuntu/1.3.0")]


def test_a_version_is_not_made_from_itself_and_a_chain_is_no_circle() -> None:
    assert "corp/ubuntu/1.0.0 is made from itself" in made({"1.0.0": "1.0.0"}).refusals[0].message
    assert not made({"1.1.0": "1.0.0", "1.2.0": "1.1.0"}).refusals


def test_actions_that_wait_for_each_other_are_named() -> None:
    one, two = (Address(SUB, GROUP, name) for name in ("one", "two"))
    actions = [
        Action("a", one, Verb.UPDATE, (), "", requires=("b",)),
        Action("b", two, Verb.UPDATE, (), "", requires=("a",)),
    ]

    with pytest.raises(InvalidInput, match="nothing can be done first: each of rg-images/"):
        ordered(actions)
