"""The plan of the estate sample, made by the planner, reads as it did; `RENEW_GOLDEN=1` writes the files anew."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.model.impact import LimitLevel
from reconciler.model.plan import Plan, Reason, RefusalRule, Verb
from reconciler.planner.document import plan_document, saved_document
from reconciler.planner.document_schema import plan_schema
from reconciler.planner.saved import load
from reconciler.render.documents import as_json
from reconciler.render.layout import columns
from reconciler.render.paint import Page
from reconciler.render.plan_markdown import plan_markdown
from reconciler.render.plan_text import ReadFacts, plan_text
from tests.golden.estate import ROOT, made

HERE = Path(__file__).parent
NAMES = ("estate-80.txt", "estate-160.txt", "estate.md", "estate.json")
USUAL_BUDGET = 60_000


@cache
def day() -> tuple[Plan, ReadFacts]:
    return made()


def on_page(width: int, *, colour: bool = False) -> str:
    plan, facts = day()
    return plan_text(plan, facts, Page(width, colour, subscriptions=plan.target.several_subscriptions))


@cache
def rendered() -> Mapping[str, str]:
    plan, _ = day()
    return {
        "estate-80.txt": on_page(80),
        "estate-160.txt": on_page(160),
        "estate.md": plan_markdown(plan),
        "estate.json": as_json(plan_document(plan)),
    }


def faults(document: Any) -> list[str]:
    plain = json.loads(json.dumps(document))
    return [f"{fault.json_path}: {fault.message}" for fault in Draft202012Validator(plan_schema()).iter_errors(plain)]


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_of_the_estate_reads_as_it_did(name: str) -> None:
    path = HERE / name
    if os.environ.get("RENEW_GOLDEN"):
        path.write_text(rendered()[name], encoding="utf-8")

    assert rendered()[name] == path.read_text(encoding="utf-8")


def test_the_plan_holds_one_of_everything() -> None:
    plan, _ = day()
    found = {(action.verb, reason) for action in plan.actions for reason in action.reasons}

    assert {action.verb for action in plan.actions} == set(Verb)
    assert found >= {
        (Verb.CREATE, Reason.NOT_IN_AZURE),
        (Verb.UPDATE, Reason.SPEC_CHANGED),
        (Verb.UPDATE, Reason.DRIFTED),
        (Verb.UPDATE, Reason.IN_FAILED_STATE),
        (Verb.UPDATE, Reason.COMPANION_STEP),
        (Verb.REPLACE, Reason.IMMUTABLE_CHANGED),
        (Verb.REPLACE, Reason.PARENT_REPLACED),
        (Verb.NOOP, Reason.POLICY_REPORT),
        (Verb.NOOP, Reason.IGNORED_BY_RULE),
    }
    assert {refusal.rule for refusal in plan.refusals} == {
        RefusalRule.INCOMPLETE_READ,
        RefusalRule.IMMUTABLE,
        RefusalRule.PROTECTED,
    }
    assert any(row.lost for row in plan.latest)
    assert any(row.level is LimitLevel.NEAR for row in plan.limits)
    assert [use.fields for use in plan.ignore_rules] == [1, 0]
    assert all((plan.unread, plan.undeclared, plan.unowned, plan.hints, plan.overrides, plan.volumes, plan.ignored))


def test_steps_that_azure_needs_stand_in_their_order() -> None:
    plan, _ = day()

    def flags(name: str) -> list[Any]:
        bodies = [action.body for action in plan.actions if action.address.text() == name and action.body is not None]
        profiles = (body["properties"].get("safetyProfile", {}) for body in bodies)
        return [profile.get("allowDeletionOfReplicatedLocations") for profile in profiles]

    assert flags("rg-images-prod/corp_linux/ubuntu-2404/1.5.0") == [True, True, False]
    assert flags("rg-images-prod/corp_linux/rhel-9/9.4.0") == [True, True, False]


def test_every_change_that_was_asked_for_names_its_line() -> None:
    plan, _ = day()
    asked = [change for action in plan.actions for change in action.changes if change.reason == Reason.SPEC_CHANGED]

    assert asked
    for change in asked:
        assert change.origin is not None
        assert change.origin.line
        assert change.origin.file.startswith("manifests/estate/")


@pytest.mark.parametrize("width", [40, 80, 120, 160])
def test_no_line_is_wider_than_its_page(width: int) -> None:
    assert [line for line in on_page(width).split("\n") if columns(line) > width] == []


@pytest.mark.parametrize("width", [80, 160])
def test_colour_changes_no_word(width: int) -> None:
    plain = on_page(width, colour=True)
    for code in ("\x1b[0m", *(f"\x1b[{code}m" for code in ("32", "33", "31", "1;31", "2", "1"))):
        plain = plain.replace(code, "")

    assert plain == on_page(width)


def test_the_json_follows_the_published_schema() -> None:
    plan, facts = day()

    assert faults(json.loads(rendered()["estate.json"])) == []
    assert faults(saved_document(plan, asdict(facts))) == []


@pytest.mark.parametrize("budget", [2_000, 6_000, 20_000, USUAL_BUDGET])
def test_the_markdown_stays_within_its_bytes(budget: int) -> None:
    plan, _ = day()

    assert len(plan_markdown(plan, budget).encode()) <= budget


def test_the_whole_markdown_leaves_nothing_out() -> None:
    assert "Left out" not in rendered()["estate.md"]


def test_the_saved_plan_is_the_plan() -> None:
    plan, facts = day()
    saved = load(json.dumps(saved_document(plan, asdict(facts))), "estate.json")

    assert saved.plan == plan
    assert saved.read == asdict(facts)


def test_the_plan_is_the_same_every_time_and_everywhere() -> None:
    again, _ = made()

    assert as_json(plan_document(again)) == rendered()["estate.json"]
    assert [name for name, text in rendered().items() if str(ROOT) in text] == []
