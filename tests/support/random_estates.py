"""Random small estates as manifests, and what the service would answer had it taken them."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
from reconciler.model.evidence import Evidence, Seen, Surroundings
from reconciler.model.ledger import EMPTY, Applied, Ledger
from reconciler.model.plan import Plan, Source, Target
from reconciler.model.report import ActionResult, Outcome, Report
from reconciler.model.state import DesiredState, LiveResource, LiveState
from reconciler.planner.applied import declared_of, entries_of
from reconciler.planner.bodies import arm_body, new_body, new_resource_id
from reconciler.planner.build import build as plan_of
from reconciler.planner.options import Options
from reconciler.planner.remaking import asked_of
from tests.support.random_parts import PRINCIPALS, Pen, access_line, gallery_spec, image_spec, version_spec
from tests.support.workbench import GROUP, SUB

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OPTIONS = Options(instance="test", prune=True, max_deletes=1000, max_delete_percent=100, allow_empty=True)


@st.composite
def estates(draw: st.DrawFn, *, free: bool = False) -> str:
    """A stream of manifests: up to two galleries and all below them; `free` varies what cannot change later."""
    documents = []
    for number in draw(st.lists(st.integers(0, 1), unique=True, max_size=2)):
        pen = Pen(draw, free, f"gallery{number}")
        chosen = draw(st.lists(st.integers(0, 3), unique=True, max_size=2))
        documents.append(
            {
                "apiVersion": "gallery-reconciler/v1",
                "kind": "Gallery",
                "metadata": {"name": pen.name},
                "spec": gallery_spec(pen),
                "access": access(pen),
                "images": [image(pen.below(f"image{each}"), each) for each in chosen],
            }
        )
    return "\n---\n".join(json.dumps(document, ensure_ascii=False) for document in documents)


def image(pen: Pen, number: int) -> dict[str, Any]:
    """One definition with its versions."""
    chosen = pen.draw(st.lists(st.integers(0, 7), unique=True, max_size=3))
    return {
        "metadata": {"name": f"image{number}"},
        "spec": image_spec(pen, number),
        "versions": [
            {"metadata": {"name": name}, "spec": version_spec(pen.below(name))}
            for name in (f"1.{each * 3}.0" for each in chosen)  # 1.9.0 and 1.12.0: numbers, not text
        ],
        "access": access(pen),
    }


def access(pen: Pen) -> list[dict[str, Any]]:
    """Some grants."""
    chosen = pen.draw(st.lists(st.sampled_from(PRINCIPALS), unique=True, max_size=2))
    return [access_line(pen, each) for each in chosen]


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
        kept = {"sharingProfile": {"communityGalleryInfo": {"publicNames": [public_name(resource.body)]}}}
        resources[address] = LiveResource(
            address, body, new_resource_id(address, options), state, kept if community(body) else {}
        )
    return LiveState(resources)


def community(body: Mapping[str, Any]) -> bool:
    """Whether a gallery is one for everybody."""
    return (body.get("sharingProfile") or {}).get("permissions") == "Community"


def public_name(body: Mapping[str, Any]) -> str:
    """The name the service makes of the declared prefix (fact 2.2/6)."""
    info = (body.get("sharingProfile") or {}).get("communityGalleryInfo") or {}
    return f"{info.get('publicNamePrefix')}-{SUB}"


def planned(desired: DesiredState, live: LiveState, options: Options = OPTIONS, *, ledger: Ledger = EMPTY) -> Plan:
    """The plan between the two; whatever is declared and not live is proven absent."""
    return planned_at(desired, live, options, NOW, ledger=ledger)


def planned_at(
    desired: DesiredState, live: LiveState, options: Options, now: datetime, *, ledger: Ledger = EMPTY
) -> Plan:
    """The same at another moment."""
    known = proven(desired, live)
    target = Target("test", "emulator", options.instance, (Scope(SUB, GROUP),))
    return plan_of(desired, known, options, target=target, source=Source("-"), now=now, ledger=ledger)


def proven(desired: DesiredState, live: LiveState) -> LiveState:
    """Live state in which the absence of all that is declared, not live and not unread is proven.

    What replacements look up is there, and nothing else lies around it.
    """
    absent = frozenset(desired.resources.keys() - live.resources.keys())
    known = replace(live, absent=absent - unread_part(absent, live))
    return known if known.evidence != Evidence() else replace(known, evidence=all_there(desired, live))


def all_there(desired: DesiredState, live: LiveState) -> Evidence:
    """Every source that is declared or live, in every region that is; every live resource without locks."""
    bodies = [*(one.body for one in desired.resources.values()), *(one.body for one in live.resources.values())]
    regions = frozenset(str(body.get("location")) for body in bodies)
    sources = {one.lower(): Seen(regions=regions) for one in asked_of(bodies)}
    return Evidence(sources, dict.fromkeys(live.resources, Surroundings()))


def applied(desired: DesiredState, options: Options = OPTIONS) -> dict[Address, Applied]:
    """The ledger after everything of it was applied."""
    plan = planned(desired, LiveState({}), options)
    results = [ActionResult(action.id, action.address, action.verb, Outcome.SUCCEEDED) for action in plan.writes]
    return dict(
        entries_of(plan, Report(tuple(results)), declared_of(plan, desired.resources, options), at="2026-11-01").put
    )


def unread_part(addresses: frozenset[Any], live: LiveState) -> frozenset[Any]:
    """Those of the addresses that could not be read."""
    return frozenset(address for address in addresses if any(place.covers(address) for place in live.unread))
