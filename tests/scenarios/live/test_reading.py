"""What is in Azure is read back whole, and what is not is proven absent."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import requests

from reconciler.emulator.faults import Fault
from reconciler.emulator.serve import start
from reconciler.emulator.settings import Doubts, Durations, EmulatorSettings
from reconciler.live.reader import read_one, read_replication
from reconciler.model.address import Address, Scope, owner_digest
from reconciler.model.report import RegionProgress
from reconciler.model.state import LiveResource, Unread
from tests.scenarios.live.estate import AT_ONCE, GROUP, PEOPLE, READER, ROLES, SUB, Estate, at, desired


def test_a_whole_gallery_is_read_back(estate: Estate) -> None:
    estate.gallery("corp", {"team": "platform"})
    estate.definition("corp", "ubuntu")
    estate.version("corp", "ubuntu", "1.0.0")
    grants = [
        at("corp", role="Reader"),
        at("corp", "ubuntu", role="Owner"),
        at("corp", "ubuntu", "1.0.0", role="Reader"),
    ]
    for grant in grants:
        estate.grant(grant)
    everything = (at("corp"), at("corp", "ubuntu"), at("corp", "ubuntu", "1.0.0"), *grants)
    live = estate.read(desired(*everything))
    assert set(live.resources) == set(everything)
    assert not live.unread
    assert not live.absent
    gallery, version = live.resources[at("corp")], live.resources[at("corp", "ubuntu", "1.0.0")]
    assert gallery.body == {"location": "westeurope", "tags": {"team": "platform"}, "description": "corp"}
    assert gallery.read_only["identifier"] == {"uniqueName": f"{SUB}-CORP"}
    regions = version.body["publishingProfile"]["targetRegions"]
    assert {key: entry["regionalReplicaCount"] for key, entry in regions.items()} == {
        "[westeurope]": 2,
        "[northeurope]": 1,
    }
    assert version.state == "Succeeded"
    assert version.read_only["storageProfile"] == {"osDiskImage": {"sizeInGB": 30}}
    granted = live.resources[grants[0]]
    assert granted.body == {"roleDefinitionId": READER, "principalId": PEOPLE, "principalType": "Group"}
    assert granted.address.access is not None
    assert granted.address.access.role == "Reader"
    assert live.calls == len(estate.asked()[-live.calls :]) == 4
    assert live.seconds > 0


def test_one_resource_reads_the_same_alone_and_in_the_list(estate: Estate) -> None:
    estate.gallery("corp", {"team": "platform"})
    estate.definition("corp", "ubuntu")
    estate.version("corp", "ubuntu", "1.0.0")
    estate.grant(at("corp", role="Reader"))
    live = estate.read(desired(at("corp", "ubuntu", "1.0.0")))
    assert len(live.resources) == 4
    for address, resource in live.resources.items():
        assert read_one(estate.gateway, address, resource.resource_id) == resource


def test_names_keep_the_spelling_people_declared(estate: Estate) -> None:
    estate.gallery("corp")
    estate.definition("corp", "ubuntu")
    declared = Address(SUB, "RG-images", "Corp", "Ubuntu")
    live = estate.read(desired(declared))
    assert live.resources[declared].resource_id == declared.resource_id
    assert live.resources[at("corp")].address.gallery == "Corp"


def test_every_page_is_read(estate: Estate) -> None:
    estate.gallery("corp")
    estate.definition("corp", "ubuntu")
    estate.versions("corp", "ubuntu", [f"1.0.{number}" for number in range(120)])
    estate.asked()
    live = estate.read(desired(at("corp")))
    assert len(live.resources) == 122
    pages = [asked for asked in estate.asked() if "/versions?" in asked]
    assert len(pages) == 3


def test_what_is_missing_is_proven_absent_parents_once_for_all(estate: Estate) -> None:
    estate.gallery("corp")
    estate.definition("corp", "ubuntu")
    estate.asked()
    missing = (
        at("corp", "ubuntu", "9.0.0"),
        at("corp", "debian"),
        at("corp", "debian", "1.0.0"),
        at("corp", "debian", "1.0.1"),
        at("gone"),
        at("gone", "x", "1.0.0"),
        at("gone", role="Reader"),
        at("corp", role="Reader"),
    )
    live = estate.read(desired(at("corp"), at("corp", "ubuntu"), *missing))
    assert not live.unread
    assert live.absent == {*missing, at("gone", "x")}
    proofs = [
        asked for asked in estate.asked() if not re.search(r"(galleries|images|versions|roleAssignments)\?", asked)
    ]
    assert len(proofs) == 4  # the version, the definition, the gallery and the grant; nothing below what is absent


def test_a_parent_that_nobody_declares_is_looked_for_too(estate: Estate) -> None:
    live = estate.read(desired(at("gone", "ubuntu", "1.0.0")))
    assert live.absent == {at("gone"), at("gone", "ubuntu"), at("gone", "ubuntu", "1.0.0")}
    assert live.calls == 2


def test_only_what_is_declared_or_ours_is_looked_into(estate: Estate) -> None:
    mine, theirs, copied, other = at("mine"), at("theirs"), at("copied"), at("other")
    estate.gallery("mine", {"reconciler.owner": f"test:{owner_digest('test', mine)}:protect"})
    estate.gallery("theirs")
    estate.gallery("copied", {"reconciler.owner": f"test:{owner_digest('test', mine)}"})
    estate.gallery("other", {"reconciler.owner": f"prod:{owner_digest('prod', other)}"})
    for name in ("mine", "theirs", "copied", "other"):
        estate.definition(name, "i")
    live = estate.read(desired())
    assert set(live.resources) == {mine, at("mine", "i")}
    assert not set(live.resources) & {theirs, copied, other}
    assert not estate.read(desired(), instance="").resources


def test_undeclared_children_of_a_declared_gallery_are_seen(estate: Estate) -> None:
    estate.gallery("corp")
    estate.definition("corp", "old")
    estate.version("corp", "old", "0.1.0")
    estate.grant(at("corp", role="Owner"), instance="somebody")
    live = estate.read(desired(at("corp")))
    assert set(live.resources) == {at("corp"), at("corp", "old"), at("corp", "old", "0.1.0"), at("corp", role="Owner")}


def test_grants_above_the_gallery_are_not_its_own(estate: Estate) -> None:
    estate.gallery("corp")
    estate.gallery("corp2")
    estate.grant(at("corp2", role="Owner"))
    group = Scope(SUB, GROUP).resource_id
    name = "6f7c0000-0000-4000-8000-0000000000ff"
    role = f"/subscriptions/{SUB}/{ROLES}/{READER}"
    properties = {"roleDefinitionId": role, "principalId": PEOPLE, "principalType": "Group"}
    resource_id = f"{group}/providers/Microsoft.Authorization/roleAssignments/{name}"
    kind = at("corp", role="Reader").kind
    assert estate.gateway.put(kind, resource_id, {"properties": properties}).ok
    live = estate.read(desired(at("corp"), at("corp", role="Reader")))
    assert set(live.resources) == {at("corp")}
    assert live.absent == {at("corp", role="Reader")}


def test_a_grant_made_by_somebody_else_is_found_under_its_own_name(estate: Estate) -> None:
    estate.gallery("corp")
    resource_id = estate.grant(at("corp", role="Reader"), instance="somebody")
    live = estate.read(desired(at("corp"), at("corp", role="Reader")))
    assert live.resources[at("corp", role="Reader")].resource_id == resource_id


def custom_role(estate: Estate, name: str, guid: str) -> None:
    properties = {
        "roleName": name,
        "type": "CustomRole",
        "permissions": [{"actions": ["*/read"]}],
        "assignableScopes": [f"/subscriptions/{SUB}"],
    }
    body = {"properties": properties}
    answer = requests.put(
        f"{estate.emulator.base_url}/subscriptions/{SUB}/{ROLES}/{guid}?api-version=2022-04-01",
        json=body,
        headers={"Authorization": f"Bearer {estate.emulator.token}"},
        timeout=10,
    )
    assert answer.ok, answer.text


def test_a_custom_role_is_found_by_its_name(estate: Estate) -> None:
    guid = "00000000-0000-4000-8000-00000000abcd"
    custom_role(estate, "Corp Publisher", guid)
    estate.gallery("corp")
    declared = at("corp", role="corp publisher")
    live = estate.read(desired(at("corp"), declared))
    assert live.roles == {f"{SUB}/rg-images:corp publisher": guid}
    assert declared.access is not None
    resolved = replace(declared, access=replace(declared.access, role_id=guid))
    assert resolved in live.absent
    assert not live.unread
    estate.grant(declared, role_id=guid)
    again = estate.read(desired(at("corp"), declared))
    found = again.resources[resolved].address.access
    assert found is not None
    assert (found.role, found.role_id) == ("corp publisher", guid)


def test_a_role_nobody_knows_is_unread_with_a_hint(estate: Estate) -> None:
    estate.gallery("corp")
    declared = at("corp", role="Imaginary")
    live = estate.read(desired(at("corp"), declared, at("corp", role="Reader")))
    assert [(place.under, place.code) for place in live.unread] == [(declared.key, "RoleNotFound")]
    assert "mistyped" in live.unread[0].hint
    assert live.absent == {at("corp", role="Reader")}


def test_boot_keys_are_asked_for_where_they_are_declared(estate: Estate) -> None:
    estate.gallery("corp")
    estate.definition("corp", "ubuntu")
    keys = {"uefiSettings": {"signatureTemplateNames": ["MicrosoftWindowsTemplate"]}}
    estate.version("corp", "ubuntu", "1.0.0", securityProfile=keys)
    version = at("corp", "ubuntu", "1.0.0")
    plain = estate.read(desired(version))
    assert "securityProfile" not in plain.resources[version].body
    estate.asked()
    full = estate.read(desired(version, versions={"securityProfile": keys}))
    assert full.resources[version].body["securityProfile"] == keys
    assert sum("UefiSettings" in asked for asked in estate.asked()) == 1


def test_what_is_on_its_way_is_read_with_its_state(tmp_path: Path) -> None:
    slow = Durations(version_create=600)
    with start(EmulatorSettings(state=tmp_path / "s.db", time_scale=1, durations=slow)) as emulator:
        estate = Estate(emulator)
        estate.gallery("corp")
        estate.definition("corp", "ubuntu")
        version = estate.version("corp", "ubuntu", "1.0.0")
        assert estate.read(desired(version)).resources[version].state == "Creating"
        progress = read_replication(estate.gateway, version)
        assert not isinstance(progress, Unread)
        assert {region.state for region in progress} <= {"Replicating", "Unknown"}
        estate.gateway.close()


def test_replication_is_read_region_by_region(estate: Estate) -> None:
    estate.gallery("corp")
    estate.definition("corp", "ubuntu")
    version = estate.version("corp", "ubuntu", "1.0.0")
    assert read_replication(estate.gateway, version) == (
        RegionProgress("westeurope", "Completed", 100),
        RegionProgress("northeurope", "Completed", 100),
    )
    gone = read_replication(estate.gateway, at("corp", "ubuntu", "9.0.0"))
    assert isinstance(gone, Unread)
    assert gone.code == "ResourceNotFound"


def test_one_resource_is_there_absent_or_unread(estate: Estate) -> None:
    estate.gallery("corp")
    assert isinstance(read_one(estate.gateway, at("corp")), LiveResource)
    assert read_one(estate.gateway, at("nope")) is None
    assert read_one(estate.gateway, at("nope", "x", "1.0.0")) is None
    grant = at("corp", role="Reader")
    resource_id = estate.grant(grant)
    assert isinstance(read_one(estate.gateway, grant, resource_id), LiveResource)
    other = resource_id[:-1] + ("0" if resource_id[-1] != "0" else "1")
    assert read_one(estate.gateway, grant, other) is None
    estate.emulator.faults.add(Fault(status=403, code="AuthorizationFailed"))
    denied = read_one(estate.gateway, at("nope"))
    assert isinstance(denied, Unread)
    assert denied.under == at("nope").key


def test_absence_is_proven_with_either_answer_of_the_service(tmp_path: Path) -> None:
    doubts = Doubts(get_without_parent="parent_not_found", list_group_case="as_created")
    with start(EmulatorSettings(state=tmp_path / "s.db", time_scale=0, doubts=doubts)) as emulator:
        estate = Estate(emulator)
        estate.gallery("corp")
        live = estate.read(desired(at("corp", "x", "1.0.0")), patience=AT_ONCE)
        assert live.absent == {at("corp", "x"), at("corp", "x", "1.0.0")}
        assert read_one(estate.gateway, at("corp", "x", "1.0.0")) is None
        estate.gateway.close()
