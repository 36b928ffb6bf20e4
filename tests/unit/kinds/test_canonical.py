"""One canonical form per field, on both sides; and the merge rules that lay a manifest over what is live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.kinds.canonical import declared, live, unwrap, wire
from reconciler.kinds.overlay import overlay, same
from reconciler.kinds.registry import KINDS
from reconciler.kinds.role_assignment import assignment_name, role_guid
from reconciler.kinds.scalars import feature_value, instant, version_parts
from reconciler.model.address import Access, Address, Kind, owner_digest

VERSION = KINDS[Kind.IMAGE_VERSION].shape
DEFINITION = KINDS[Kind.IMAGE_DEFINITION].shape
GALLERY = KINDS[Kind.GALLERY].shape


def regions(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"publishingProfile": {"targetRegions": list(entries)}}


def test_of_two_spellings_of_a_live_region_the_one_with_replicas_counts() -> None:
    twins = regions(
        {"name": "uksouth", "regionalReplicaCount": 0},
        {"name": "UK South", "regionalReplicaCount": 2},
        {"name": "West Europe", "regionalReplicaCount": 1},
        {"name": "westeurope", "regionalReplicaCount": 0},
    )

    found = live(VERSION, twins)["publishingProfile"]["targetRegions"]

    assert {key: entry["regionalReplicaCount"] for key, entry in found.items()} == {"[uksouth]": 2, "[westeurope]": 1}


def test_a_field_newer_than_us_survives_the_way_there_and_back() -> None:
    body = {"location": "westeurope", "properties": {"description": "d", "shiny": {"Deep": [1, {"x": None}]}}}

    canonical = live(GALLERY, unwrap(body))

    assert wire(GALLERY, canonical) == body


def test_what_stands_around_the_properties_survives_the_way_there_and_back_but_for_what_the_service_writes() -> None:
    kept = {
        "location": "westeurope",
        "identity": {"type": "SystemAssigned"},
        "zones": ["1", "2"],
        "extendedLocation": {"type": "EdgeZone", "name": "losangeles"},
        "fromTheFuture": {"a": [1]},
        "properties": {"zones": "a property of the same name", "description": "d"},
    }
    written = {"id": "/x", "name": "corp", "type": "t", "etag": "e", "systemData": {"createdBy": "me"}}

    canonical = live(GALLERY, unwrap({**kept, **written}))

    assert wire(GALLERY, canonical) == kept
    assert live(GALLERY, unwrap(wire(GALLERY, canonical))) == canonical


def test_read_only_write_only_and_empty_parts_are_never_compared() -> None:
    body = {
        "disallowed": {},
        "allowUpdateImage": True,
        "description": None,
        "features": [],
        "osType": "Linux",
    }

    assert live(DEFINITION, body) == {"osType": "Linux"}


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (True, 1, False),
        (1, 1.0, False),
        ({"a": [1, 2]}, {"a": [1, 2]}, True),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"a": True}, {"a": 1}, False),
        ("1", 1, False),
        ({}, None, False),
    ],
)
def test_equality_is_typed(left: object, right: object, equal: bool) -> None:  # noqa: FBT001 - the expectation
    assert same(left, right) is equal
    assert same(right, left) is equal


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2027-06-30", "2027-06-30T00:00:00Z"),
        ("2027-06-30T00:00:00+00:00", "2027-06-30T00:00:00Z"),
        ("2027-06-30T02:00:00+02:00", "2027-06-30T00:00:00Z"),
        ("2027-06-30T00:00:00.2131800Z", "2027-06-30T00:00:00.21318Z"),
        ("soon", "soon"),
        (None, None),
    ],
)
def test_instants_have_one_form(text: str, canonical: str) -> None:
    assert instant(text) == canonical


def test_a_feature_value_is_equal_in_any_case_and_order_but_keeps_its_spelling() -> None:
    assert feature_value("nvme, scsi") == feature_value("SCSI, NVMe")
    assert str(feature_value("True")) == "True"
    assert feature_value("true") == feature_value("True")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("1.2.3", (1, 2, 3)),
        ("2147483647.0.0", (2147483647, 0, 0)),
        ("2147483648.0.0", None),
        ("1.2", None),
        ("١.٢.٣", None),
    ],
)
def test_a_version_is_three_32_bit_integers(name: str, parts: tuple[int, int, int] | None) -> None:
    assert version_parts(name) == parts


def laid(stored: dict[str, Any], stated: dict[str, Any]) -> Mapping[str, Any]:
    return overlay(DEFINITION, live(DEFINITION, stored), declared(DEFINITION, stated))


def test_null_clears_a_field_and_removes_a_tag_and_a_feature_and_the_rest_stays() -> None:
    stored = {
        "description": "d",
        "osType": "Linux",
        "tags": {"a": "1", "b": "2"},
        "features": [{"name": "SecurityType", "value": "Standard"}, {"name": "IsHibernateSupported", "value": "True"}],
    }
    stated = {
        "description": None,
        "tags": {"A": None},
        "features": [{"name": "isHibernateSupported", "value": None}],
    }

    assert laid(stored, stated) == {
        "osType": "Linux",
        "tags": {"b": "2"},
        "features": {"[SecurityType]": {"name": "SecurityType", "value": "Standard"}},
    }


def test_nothing_declared_changes_nothing() -> None:
    stored = {"description": "d", "tags": {"a": "1"}, "recommended": {"vCPUs": {"min": 1}}}

    assert laid(stored, {}) == stored
    assert laid(stored, {"tags": {}, "recommended": {}}) == stored


def test_a_whole_list_replaces_and_keeps_what_an_entry_does_not_state() -> None:
    stored = live(
        VERSION,
        regions(
            {"name": "West Europe", "regionalReplicaCount": 3, "storageAccountType": "Standard_ZRS"},
            {"name": "North Europe", "regionalReplicaCount": 1},
        ),
    )
    stated = declared(VERSION, regions({"name": "westeurope"}))

    result = overlay(VERSION, stored, stated)["publishingProfile"]["targetRegions"]

    assert result == {
        "[westeurope]": {"name": "westeurope", "regionalReplicaCount": 3, "storageAccountType": "Standard_ZRS"}
    }
    assert len(stored["publishingProfile"]["targetRegions"]) == 2, "live is not changed"


def test_an_assignments_name_depends_on_scope_role_principal_and_instance_alone() -> None:
    def named(**change: str) -> str:
        parts = {
            "group": "rg",
            "gallery": "g",
            "principal": "p",
            "role_id": "r",
            "instance": "i",
            "role": "Reader",
            **change,
        }
        access = Access(parts["role"], parts["principal"], parts["role_id"])
        return assignment_name(Address("s", parts["group"], parts["gallery"], access=access), parts["instance"])

    assert named() == named(group="RG", gallery="G", principal="P", role_id="R", role="anything")
    assert (
        len(
            {
                named(),
                named(group="x"),
                named(gallery="x"),
                named(principal="x"),
                named(role_id="x"),
                named(instance="x"),
            }
        )
        == 6
    )


def test_a_role_is_known_by_name_guid_and_full_id() -> None:
    reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7"

    assert role_guid("reader") == role_guid(reader.upper()) == reader
    assert role_guid(f"/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/{reader}") == reader
    assert role_guid("Our own role") is None


def test_an_owner_digest_belongs_to_one_instance_and_one_address() -> None:
    one, two = Address("s", "rg", "a"), Address("s", "rg", "b")

    assert owner_digest("i", one) == owner_digest("i", Address("S", "RG", "A"))
    assert len({owner_digest("i", one), owner_digest("j", one), owner_digest("i", two)}) == 3
