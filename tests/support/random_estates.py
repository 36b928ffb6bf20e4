"""Random small estates as manifests, and what the service would answer had it taken them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from reconciler.kinds.canonical import live as canonical_live
from reconciler.kinds.canonical import unwrap
from reconciler.kinds.registry import rules_of
from reconciler.manifest.build import Fallback, build
from reconciler.manifest.text import ManifestText
from reconciler.model.address import Address, Scope
from reconciler.model.ledger import EMPTY, Applied, Ledger
from reconciler.model.plan import Plan, Source, Target
from reconciler.model.report import ActionResult, Outcome, Report
from reconciler.model.state import DesiredState, LiveResource, LiveState
from reconciler.planner.applied import entries_of
from reconciler.planner.bodies import arm_body, new_body, new_resource_id
from reconciler.planner.build import build as plan_of
from reconciler.planner.options import Options
from tests.support.workbench import GROUP, SUB

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OPTIONS = Options(instance="test", prune=True, max_deletes=1000, max_delete_percent=100, allow_empty=True)
REGIONS = ["westeurope", "northeurope", "eastus2", "westus2", "japaneast"]
PRINCIPALS = [f"6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e{number:02x}" for number in range(3)]
SOURCE = f"/subscriptions/{SUB}/resourceGroups/build/providers/Microsoft.Compute/images/a"

words = st.text("abcdef ", min_size=1, max_size=8).map(str.strip).filter(bool)
tags = st.dictionaries(st.sampled_from(["team", "Stage", "cost-center"]), words, max_size=3)


@st.composite
def regions(draw: st.DrawFn) -> list[Any]:
    """Target regions with the home region among them, in one spelling or another."""
    others = draw(st.lists(st.sampled_from(REGIONS[1:]), unique=True, max_size=3))
    listed: list[Any] = []
    for name in [REGIONS[0], *others]:
        count = draw(st.integers(1, 4))
        long: dict[str, Any] = {"name": name.upper(), "regionalReplicaCount": count}
        hidden = {**long, "excludeFromLatest": draw(st.booleans())}
        listed.append(draw(st.sampled_from([f"{name}={count}", long, hidden])))
    return draw(st.permutations(listed))


@st.composite
def versions(draw: st.DrawFn, number: int) -> dict[str, Any]:
    """One version."""
    publishing: dict[str, Any] = {"targetRegions": draw(regions())}
    if draw(st.booleans()):
        publishing["excludeFromLatest"] = draw(st.booleans())
    if draw(st.booleans()):
        publishing["endOfLifeDate"] = draw(st.sampled_from(["2030-01-01", "2031-06-30T12:00:00+02:00"]))
    spec: dict[str, Any] = {"storageProfile": {"source": {"id": SOURCE}}, "publishingProfile": publishing}
    if draw(st.booleans()):
        spec["tags"] = draw(tags)
    return {"metadata": {"name": f"1.{number * 3}.0"}, "spec": spec}  # 1.9.0 and 1.12.0: numbers, not text


@st.composite
def images(draw: st.DrawFn, number: int) -> dict[str, Any]:
    """One definition with its versions."""
    spec: dict[str, Any] = {
        "osType": "Linux",
        "osState": "Generalized",
        "hyperVGeneration": "V2",
        "architecture": "x64",
        "identifier": {"publisher": "Corp", "offer": "Offer", "sku": f"sku{number}"},
        "features": [{"name": "SecurityType", "value": draw(st.sampled_from(["Standard", "TrustedLaunchSupported"]))}],
    }
    if draw(st.booleans()):
        spec["description"] = draw(words)
    if draw(st.booleans()):
        spec["recommended"] = {"vCPUs": {"min": 1, "max": draw(st.integers(1, 64))}}
    if draw(st.booleans()):
        spec["disallowed"] = {"diskTypes": draw(st.lists(st.sampled_from(["Standard_LRS", "Premium_LRS"]), min_size=1))}
    chosen = draw(st.lists(st.integers(0, 4), unique=True, max_size=3))
    return {
        "metadata": {"name": f"image{number}"},
        "spec": spec,
        "versions": [draw(versions(version)) for version in chosen],
        "access": draw(access()),
    }


@st.composite
def access(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Some grants."""
    chosen = draw(st.lists(st.sampled_from(PRINCIPALS), unique=True, max_size=2))
    return [
        {"role": draw(st.sampled_from(["Reader", "Contributor"])), "principal": {"id": each, "type": "Group"}}
        for each in chosen
    ]


@st.composite
def estates(draw: st.DrawFn) -> str:
    """A stream of manifests: up to two galleries and all below them."""
    documents = []
    for number in draw(st.lists(st.integers(0, 1), unique=True, max_size=2)):
        spec: dict[str, Any] = {"location": REGIONS[0], "tags": draw(tags)}
        if draw(st.booleans()):
            spec["description"] = draw(words)
        chosen = draw(st.lists(st.integers(0, 2), unique=True, max_size=2))
        documents.append(
            {
                "apiVersion": "gallery-reconciler/v1",
                "kind": "Gallery",
                "metadata": {"name": f"gallery{number}"},
                "spec": spec,
                "access": draw(access()),
                "images": [draw(images(image)) for image in chosen],
            }
        )
    return "\n---\n".join(json.dumps(document) for document in documents)


def desired_of(text: str) -> DesiredState:
    """The desired state of a stream; every finding of weight fails."""
    built = build([ManifestText("-", text.encode())], Fallback(SUB, GROUP), now=NOW)
    assert built.ok, built.diagnostics
    return built.desired


def taken(desired: DesiredState, options: Options = OPTIONS) -> LiveState:
    """Live state as the service would hold it, had it created everything as sent."""
    resources = {}
    for address, resource in desired.resources.items():
        arm = arm_body(address, new_body(resource, options))
        body = canonical_live(rules_of(address.kind).shape, unwrap(arm))
        if "roleDefinitionId" in body:
            body["roleDefinitionId"] = body["roleDefinitionId"].rsplit("/", 1)[-1]
        state = "" if address.access is not None else "Succeeded"
        resources[address] = LiveResource(address, body, new_resource_id(address, options), state)
    return LiveState(resources)


def planned(desired: DesiredState, live: LiveState, options: Options = OPTIONS, *, ledger: Ledger = EMPTY) -> Plan:
    """The plan between the two; whatever is declared and not live is proven absent."""
    return planned_at(desired, live, options, NOW, ledger=ledger)


def planned_at(
    desired: DesiredState, live: LiveState, options: Options, now: datetime, *, ledger: Ledger = EMPTY
) -> Plan:
    """The same at another moment."""
    absent = frozenset(desired.resources.keys() - live.resources.keys())
    known = replace(live, absent=absent - unread_part(absent, live))
    target = Target("test", "emulator", options.instance, (Scope(SUB, GROUP),))
    return plan_of(desired, known, options, target=target, source=Source("-"), now=now, ledger=ledger)


def applied(desired: DesiredState, options: Options = OPTIONS) -> dict[Address, Applied]:
    """The ledger after everything of it was applied."""
    plan = planned(desired, LiveState({}), options)
    results = [ActionResult(action.id, action.address, action.verb, Outcome.SUCCEEDED) for action in plan.writes]
    return dict(entries_of(plan, Report(tuple(results)), desired.resources, options, at="2026-11-01").put)


def unread_part(addresses: frozenset[Any], live: LiveState) -> frozenset[Any]:
    """Those of the addresses that could not be read."""
    return frozenset(address for address in addresses if any(place.covers(address) for place in live.unread))
