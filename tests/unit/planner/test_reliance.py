"""What a saved plan's deletes rely on: another usable version of the definition, unless people gave that up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.plan import Plan, Verb
from reconciler.planner.reliance import reliances
from tests.support.estates import IMAGE, versions
from tests.support.random_estates import desired_of, planned, taken
from tests.support.workbench import short
from tests.unit.planner.decisions.texts import BASE, EXCLUDED

OTHER = (
    (IMAGE + versions("1.0.0", "1.1.0")).replace("images:\n", "").replace("ubuntu}", "debian}").replace("lts", "deb")
)


def less(old: str, new: str) -> Plan:
    return planned(desired_of(new), taken(desired_of(old)))


ONE_LESS = less(BASE + versions("1.0.0", "1.1.0"), BASE + versions("1.1.0"))


def relied(plan: Plan) -> list[tuple[str, list[str]]]:
    return [(short(each.going), [short(one) for one in each.keeping]) for each in reliances(plan)]


def test_a_usable_version_goes_only_while_another_stays() -> None:
    assert relied(ONE_LESS) == [("corp/ubuntu/1.0.0", ["corp/ubuntu/1.1.0"])]


def test_only_what_is_to_stay_is_held_against_what_the_plan_writes_to_it() -> None:
    old = BASE + versions("1.0.0", "1.1.0", "1.2.0")
    plan = less(old, BASE.replace("Golden", "New") + versions("1.1.0", "1.2.0", regions="westeurope=2, northeurope=1"))

    (reliance,) = reliances(plan)
    assert set(reliance.profiles) == set(reliance.keeping)
    odd = [replace(one, body={"properties": ["odd"]}) if one.address.version else one for one in plan.actions]
    (blind,) = reliances(replace(plan, actions=tuple(odd)))
    assert list(blind.profiles.values()) == [{}, {}]
    odd = [
        replace(one, body={"properties": {"publishingProfile": "odd"}}) if one.address.version else one
        for one in plan.actions
    ]
    (blind,) = reliances(replace(plan, actions=tuple(odd)))
    assert list(blind.profiles.values()) == [{}, {}]


def test_each_definition_relies_on_versions_of_its_own() -> None:
    both = BASE + versions("1.0.0", "1.1.0") + OTHER

    plan = less(both, both.replace(versions("1.0.0", "1.1.0"), versions("1.1.0")))

    assert relied(plan) == [
        ("corp/debian/1.0.0", ["corp/debian/1.1.0"]),
        ("corp/ubuntu/1.0.0", ["corp/ubuntu/1.1.0"]),
    ]


def test_a_version_that_nobody_could_use_goes_whatever_stays() -> None:
    plan = less(BASE + versions("1.0.0") + EXCLUDED, BASE + versions("1.0.0"))

    assert [action.verb for action in plan.writes] == [Verb.DELETE]
    assert not relied(plan)


@pytest.mark.parametrize("named", ["rg-images/corp/ubuntu", "rg-images/corp/ubuntu/1.0.0"])
def test_a_lifted_guard_relies_on_nothing(named: str) -> None:
    assert not relied(replace(ONE_LESS, overrides=(f"--allow-last-version {named}",)))
    assert relied(replace(ONE_LESS, overrides=("--allow-last-version rg-images/corp/debian", f"--adopt {named}")))


def test_a_definition_that_goes_itself_relies_on_nothing() -> None:
    delete = ONE_LESS.writes[0]
    assert delete.address.parent is not None
    above = replace(delete, id="delete above", address=delete.address.parent)

    assert not relied(replace(ONE_LESS, actions=(*ONE_LESS.actions, above)))
