"""The published schema of the plan document is the one our plans follow, word for word."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from reconciler.kinds.rules import Rule
from reconciler.model.address import Kind
from reconciler.model.plan import Level, Reason, RefusalRule, Verb
from reconciler.planner.document import digest_of, plan_document, saved_document
from reconciler.planner.document_schema import plan_schema
from tests.golden.everything import CHECKED, PLAN
from tests.support.random_estates import desired_of, estates, planned, taken
from tests.support.soak import FIXED_SEEDS, examples

PUBLISHED = Path(__file__).parents[2] / "docs" / "schema" / "plan.schema.json"
VALIDATOR = Draft202012Validator(plan_schema())
FEW = settings(
    derandomize=FIXED_SEEDS, max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def faults(document: Any) -> list[str]:
    plain = json.loads(json.dumps(document))
    return [f"{fault.json_path}: {fault.message}" for fault in VALIDATOR.iter_errors(plain)]


def test_the_published_schema_is_ours() -> None:
    text = json.dumps(plan_schema(), indent=2) + "\n"
    if os.environ.get("RENEW_GOLDEN"):
        PUBLISHED.write_text(text, encoding="utf-8")

    assert PUBLISHED.read_text(encoding="utf-8") == text
    Draft202012Validator.check_schema(plan_schema())


def test_the_plan_with_one_of_everything_follows_it() -> None:
    plan = replace(CHECKED, digest=digest_of(CHECKED))

    assert faults(plan_document(plan)) == []
    assert faults(saved_document(plan, {"resources": 1, "calls": 1, "seconds": 0.1, "state": ""})) == []
    golden = json.loads((Path(__file__).parent / "plan.json").read_text(encoding="utf-8"))
    assert faults(golden) == []


@FEW
@given(estates(), estates())
def test_every_plan_follows_it(old: str, new: str) -> None:
    plan = planned(desired_of(new), taken(desired_of(old)))

    assert faults(plan_document(plan)) == []
    assert faults(saved_document(plan)) == []


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (Verb, ("action", "verb")),
        (Kind, ("action", "kind")),
        (RefusalRule, ("refusal", "rule")),
        (Level, ("refusal", "level")),
    ],
)
def test_its_words_are_our_words(words: Any, place: tuple[str, str]) -> None:
    found = plan_schema()["$defs"][place[0]]["properties"][place[1]]["enum"]

    assert found == [str(word) for word in words]


def test_its_reasons_and_rules_are_ours() -> None:
    definitions = json.loads(PUBLISHED.read_text(encoding="utf-8"))["$defs"]

    assert definitions["action"]["properties"]["reasons"]["items"]["enum"] == [str(word) for word in Reason]
    assert definitions["change"]["properties"]["rule"]["enum"] == [*(str(word) for word in Rule), "unchecked"]


@pytest.mark.parametrize("key", ["surprise", "actions"])
def test_a_key_too_many_or_too_few_is_noticed(key: str) -> None:
    document = plan_document(PLAN)
    if key in document:
        del document[key]
    else:
        document[key] = 1

    assert faults(document)


def test_what_a_plan_means_has_its_place() -> None:
    definition = "s/g/corp/ubuntu"
    more = {
        "ignored": [
            {
                "rule": {"kind": "", "address": "", "path": "tags.x", "reason": "theirs"},
                "address": definition,
                "path": "tags.x",
                "live": 1,
                "declared": None,
            }
        ],
        "latest": [{"definition": definition, "region": "westeurope", "before": "1.0.0", "after": ""}],
        "limits": [
            {
                "what": "versions",
                "subscription": "s",
                "region": "westeurope",
                "before": 1,
                "after": 2,
                "most": 10_000,
                "level": "ok",
                "address": None,
            }
        ],
        "volumes": [
            {
                "region": "westeurope",
                "storageType": "Standard_LRS",
                "replicasBefore": 1,
                "replicasAfter": 2,
                "gigabytesBefore": 30,
                "gigabytesAfter": 60.5,
                "unknownSizes": 0,
            }
        ],
        "selection": {"only": ["*"], "except": [], "pulledIn": [], "leftOut": []},
        "hints": [{"addresses": [definition], "words": "looks like a rename"}],
    }

    assert faults({**plan_document(PLAN), **more}) == []
