"""Boot keys come on request alone: what of them changed meanwhile and would be undone unseen stops a write."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.plan import Action, Change, Verb
from reconciler.model.state import LiveResource
from reconciler.planner.rebase import Moved, unseen_edits, wants_boot_keys
from tests.support.estates import versions
from tests.support.random_estates import desired_of, planned, taken
from tests.unit.planner.decisions.texts import ALL, BASE

SPEC = "[westeurope=1, northeurope=1]}"
LAID = "{uefiSettings: {signatureTemplateNames: [NoSignatureTemplate]}}"
KEYED = ALL.replace(SPEC, f"{SPEC}\n          securityProfile: {LAID}")
KEYS = {"signatureTemplateNames": ["NoSignatureTemplate"]}
OTHER = {"signatureTemplateNames": ["MicrosoftUefiCertificateAuthorityTemplate"]}
MORE = {**KEYS, "additionalSignatures": {"pk": {"type": "x509", "value": ["portal"]}}}


def steps_from(old: str, new: str) -> tuple[tuple[Action, ...], LiveResource]:
    live = taken(desired_of(old))
    writes = [one for one in planned(desired_of(new), live).writes if one.address.version == "1.0.0"]
    return tuple(writes), live.resources[writes[0].address]


MORE_REPLICAS = KEYED.replace("northeurope=1", "northeurope=2")
GONE = KEYED.replace(", northeurope=1", "")


def moved(steps: tuple[Action, ...], live: LiveResource, keys: Any) -> Moved | None:
    body = {**live.body, "securityProfile": keys}
    return unseen_edits(steps, replace(live, body=body if keys is not None else {**live.body, "securityProfile": None}))


@pytest.mark.parametrize("new", [MORE_REPLICAS, GONE])
def test_boot_keys_as_they_were_stop_nothing(new: str) -> None:
    steps, live = steps_from(KEYED, new)

    assert all(wants_boot_keys(step) for step in steps)
    assert unseen_edits(steps, live) is None
    assert moved(steps, live, {"uefiSettings": KEYS}) is None
    assert unseen_edits(steps, None) is None


@pytest.mark.parametrize(
    ("keys", "now"),
    [
        (
            {"uefiSettings": OTHER},
            '{"uefiSettings": {"signatureTemplateNames": ["MicrosoftUefiCertificateAuthority…',
        ),
        ({"uefiSettings": "odd"}, '{"uefiSettings": "odd"}'),
        ("odd", '"odd"'),
        (None, "absent"),
    ],
)
def test_boot_keys_that_changed_meanwhile_are_told_with_what_they_were(keys: Any, now: str) -> None:
    (step,), live = steps_from(KEYED, MORE_REPLICAS)

    found = moved((step,), live, keys)

    assert found is not None
    assert found.address == live.address
    assert [field.path for field in found.fields] == [("securityProfile",)]
    assert found.message == (
        "rg-images/corp/ubuntu/1.0.0 changed in Azure since the plan was made: securityProfile was "
        f'{{"uefiSettings": {{"signatureTemplateNames": ["NoSignatureTemplate"]}}}} and is {now} now'
    )


def test_parts_of_the_profile_that_the_plan_does_not_know_go_along() -> None:
    steps, live = steps_from(KEYED, MORE_REPLICAS)

    beside = {"uefiSettings": KEYS, "secretsProvisioningSettings": {"osName": "portal"}}
    assert moved(steps, live, beside) is None
    assert moved(steps, live, {"uefiSettings": MORE}) is not None, "what is sent would take the key away"


def test_every_step_that_sends_them_is_held_against_what_is_there() -> None:
    steps, live = steps_from(KEYED, GONE)

    found = moved(steps, live, {"uefiSettings": OTHER})

    assert len(steps) > 1
    assert found is not None
    assert [field.path for field in found.fields] == [("securityProfile",)] * len(steps)


def test_a_shown_change_of_them_is_no_unseen_edit() -> None:
    (step,), live = steps_from(KEYED, MORE_REPLICAS)
    path = ("securityProfile", "uefiSettings", "signatureTemplateNames")
    shown = Change(path, OTHER["signatureTemplateNames"], KEYS["signatureTemplateNames"], "updatable")

    assert moved((step,), live, {"uefiSettings": OTHER}) is not None
    showing = replace(step, changes=(*step.changes, shown))
    assert moved((showing,), live, {"uefiSettings": OTHER}) is None
    assert moved((showing, step), live, {"uefiSettings": OTHER}) is None, "the first step brings what the second has"


def test_what_is_made_or_deleted_is_no_edit() -> None:
    created = planned(desired_of(KEYED), taken(desired_of(BASE))).writes
    (delete,), live = steps_from(
        KEYED, BASE + versions("1.1.0").replace(SPEC, f"{SPEC}\n          securityProfile: {LAID}")
    )

    assert [unseen_edits((one,), replace(live, body={})) for one in created if one.address.version] == [None, None]
    assert delete.verb is Verb.DELETE
    assert moved((delete,), live, {"uefiSettings": OTHER}) is None
    assert not any(wants_boot_keys(one) for one in (*created, delete))


@pytest.mark.parametrize("body", [None, {}, {"properties": None}, {"properties": {"publishingProfile": {}}}])
def test_what_sends_none_wants_none(body: dict[str, Any] | None) -> None:
    (step,), live = steps_from(KEYED, MORE_REPLICAS)
    bare = replace(step, body=body)

    assert not wants_boot_keys(bare)
    assert moved((bare,), live, {"uefiSettings": OTHER}) is None
