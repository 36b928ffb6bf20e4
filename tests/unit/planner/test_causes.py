"""Whose doing a difference is: told per field from what was last applied."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.ledger import EMPTY, Applied, Ledger
from reconciler.model.plan import Action, Change, Plan, Reason, Refusal, Verb
from reconciler.model.state import DesiredState, LiveState
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.random_estates import OPTIONS, applied, desired_of, planned, taken
from tests.support.workbench import only

ALL = GALLERY + IMAGE + versions("1.0.0", regions="westeurope=1, northeurope=1")


def plan_of(applied_text: str, live_text: str, declared: str, ledger: Ledger | None = None) -> Plan:
    known = applied(desired_of(applied_text)) if ledger is None else ledger
    return planned(desired_of(declared), taken(desired_of(live_text)), ledger=known)


def why(found: Action | Refusal) -> dict[str, str]:
    return {change.dotted: str(change.reason) for change in found.changes}


def test_a_field_changed_in_azure_drifted_and_one_changed_in_the_manifest_did_not() -> None:
    live = ALL.replace("team: platform", "team: infra")
    declared = ALL.replace("Golden images", "New images")

    update = only(plan_of(ALL, live, declared), Verb.UPDATE)

    assert why(update) == {"description": Reason.SPEC_CHANGED, "tags.team": Reason.DRIFTED}
    assert update.reasons == (Reason.SPEC_CHANGED, Reason.DRIFTED)


def test_a_field_that_changed_on_both_sides_is_the_manifests_doing() -> None:
    live, declared = ALL.replace("Golden", "Other"), ALL.replace("Golden", "New")

    assert only(plan_of(ALL, live, declared), Verb.UPDATE).reasons == (Reason.SPEC_CHANGED,)


def test_a_field_that_was_never_declared_before_is_the_manifests_doing() -> None:
    update = only(plan_of(GALLERY, GALLERY, GALLERY.replace("team: platform", "team: platform, a: b")), Verb.UPDATE)

    assert why(update) == {"tags.a": Reason.SPEC_CHANGED}


def test_without_an_entry_nobody_is_blamed() -> None:
    update = only(plan_of(ALL, ALL, ALL.replace("Golden", "New"), EMPTY), Verb.UPDATE)

    assert why(update) == {"description": Reason.DIFFERS}
    assert update.reasons == (Reason.DIFFERS,)


def test_a_region_added_in_azure_drifted_and_its_removal_steps_have_no_reason_of_their_own() -> None:
    live = ALL.replace("northeurope=1", "northeurope=1, uksouth=1")

    steps = [action for action in plan_of(ALL, live, ALL).actions if action.verb is Verb.UPDATE]

    flag, tag = "safetyProfile", "tags.reconciler.pending"
    assert [why(step) for step in steps] == [
        {flag: "", tag: ""},
        {"publishingProfile.targetRegions[uksouth]": Reason.DRIFTED},
        {flag: "", tag: ""},
    ]
    assert [step.reasons for step in steps] == [
        (Reason.DRIFTED, Reason.COMPANION_STEP),
        (Reason.DRIFTED,),
        (Reason.DRIFTED, Reason.COMPANION_STEP),
    ]


def test_a_region_removed_from_the_manifest_is_its_doing() -> None:
    declared = ALL.replace(", northeurope=1", "")

    steps = [action for action in plan_of(ALL, ALL, declared).actions if action.verb is Verb.UPDATE]

    assert {step.reasons[0] for step in steps} == {Reason.SPEC_CHANGED}


def test_a_cleared_field_that_came_back_drifted() -> None:
    cleared = GALLERY.replace("team: platform", "team: null")

    update = only(plan_of(cleared, GALLERY, cleared), Verb.UPDATE)

    assert why(update) == {"tags.team": Reason.DRIFTED}


def test_a_refused_change_says_whose_doing_it_is() -> None:
    text = ALL.replace("hyperVGeneration: V2", "hyperVGeneration: V1")

    drifted = plan_of(ALL, text, ALL).refusals[0]
    changed = plan_of(ALL, ALL, text).refusals[0]

    assert why(drifted) == {"hyperVGeneration": Reason.DRIFTED}
    assert why(changed) == {"hyperVGeneration": Reason.SPEC_CHANGED}


@pytest.mark.parametrize(
    ("policy", "reason"), [("policy: {protect: true}\n", Reason.SPEC_CHANGED), ("", Reason.DRIFTED)]
)
def test_a_marker_of_the_owner_tag_has_a_reason_too(policy: str, reason: Reason) -> None:
    def marked(text: str, line: str) -> str:
        return text.replace("spec:", f"{line}spec:")

    ledger = applied(desired_of(GALLERY))
    live = taken(desired_of(marked(GALLERY, "" if policy else "policy: {protect: true}\n")))

    update = only(planned(desired_of(marked(GALLERY, policy)), live, ledger=ledger), Verb.UPDATE)

    assert why(update) == {"tags.reconciler.owner": reason}


def test_an_adoption_blames_nobody_for_the_owner_tag_it_brings() -> None:
    live = taken(desired_of(GALLERY), replace(OPTIONS, instance=""))
    options = replace(OPTIONS, adopt=frozenset({"all"}))

    adopt = only(planned(desired_of(GALLERY.replace("Golden", "New")), live, options), Verb.ADOPT)

    assert why(adopt) == {"description": Reason.DIFFERS, "tags.reconciler.owner": ""}


def test_an_address_signature_is_not_kept_and_still_compares_as_unchanged() -> None:
    tagged = GALLERY.replace("team: platform", 'team: "https://a.blob.core.windows.net/b?sig=Zm9vYmFy"')
    ledger = applied(desired_of(tagged))

    update = only(plan_of(tagged, GALLERY, tagged), Verb.UPDATE)

    assert "Zm9v" not in str(ledger)
    assert why(update) == {"tags.team": Reason.DRIFTED}


class Watched:
    """A ledger that tells what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def get(self, address: Any, /) -> Applied | None:
        self.asked.append(address.text())
        return None


def test_the_ledger_is_asked_only_where_something_differs() -> None:
    quiet, asked = Watched(), Watched()

    plan_of(ALL, ALL, ALL, quiet)
    plan_of(ALL, ALL, ALL.replace("Golden", "New"), asked)
    planned(desired_of(ALL), LiveState({}), ledger=quiet)
    planned(DesiredState({}), taken(desired_of(ALL)), ledger=quiet)

    assert quiet.asked == []
    assert set(asked.asked) == {"rg-images/corp"}


def test_a_change_without_a_reason_stays_possible() -> None:
    assert Change(("a",), 1, 2, "updatable").reason == ""
