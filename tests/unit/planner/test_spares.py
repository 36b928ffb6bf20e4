"""What may be made although the replacement above it is refused: what has nothing to do with what stays as it is."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.address import Address
from reconciler.model.plan import Action, Change, Level, Refusal, RefusalRule, Verb
from reconciler.planner.replace import SYSTEM, spares
from tests.support.workbench import GROUP, SUB

IMAGE = Address(SUB, GROUP, "corp", "ubuntu")
HELD, NEW = (Address(SUB, GROUP, "corp", "ubuntu", name) for name in ("1.0.0", "1.1.0"))


def refusal(*path: str) -> Refusal:
    return Refusal(
        RefusalRule.IMMUTABLE, Level.RESOURCE, (IMAGE, HELD), "", (Change(path, "a", "b", "immutable"),) if path else ()
    )


def action(address: Address = NEW, verb: Verb = Verb.CREATE, source: Any = "") -> Action:
    body = None if source is None else {"properties": {"storageProfile": {"source": {"id": source}}}}
    return Action("", address, verb, (), "", body=body)


def test_a_create_from_elsewhere_goes_on() -> None:
    for source in ("", None, "/subscriptions/x", NEW.resource_id):
        assert spares(refusal(), action(source=source))
        assert spares(refusal("identifier", "sku"), action(source=source))
    assert spares(refusal(), Action("", NEW, Verb.CREATE, (), "", body={"properties": None}))


@pytest.mark.parametrize("system", sorted(SYSTEM))
def test_nothing_is_made_where_another_system_is_declared(system: str) -> None:
    assert not spares(refusal(system), action())
    assert not spares(refusal(system, "name"), action())


def test_nothing_but_a_create_of_what_is_not_held_goes_on() -> None:
    assert not spares(refusal(), action(verb=Verb.UPDATE))
    assert not spares(refusal(), action(HELD))
    assert not spares(refusal(), action(source=HELD.resource_id.upper().replace("SUBSCRIPTIONS", "subscriptions")))
    assert not spares(refusal(), action(source=HELD.resource_id))
