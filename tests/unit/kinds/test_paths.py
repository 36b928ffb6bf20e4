"""A field is found, set and recalled by its path, and a free key of tags is one key in any case (fact 3.8/18)."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.kinds.paths import entry_name, recalled, recalled_path, single_fields, value_at, with_value
from reconciler.kinds.registry import rules_of
from reconciler.kinds.scalars import FoldedText
from reconciler.model.address import Kind

GALLERY = rules_of(Kind.GALLERY).shape
VERSION = rules_of(Kind.IMAGE_VERSION).shape
USERS = ("identity", "userAssignedIdentities")
BODY: dict[str, Any] = {
    "location": "westeurope",
    "tags": {FoldedText("Team"): "platform"},
    "identity": {"type": "UserAssigned", "userAssignedIdentities": {FoldedText("/Some/Id"): {}}},
}
DISKS = ("storageProfile", "dataDiskImages")
REGIONS = ("publishingProfile", "targetRegions")


def test_a_value_is_found_under_its_key_in_any_case() -> None:
    assert value_at(GALLERY, BODY, ("tags", "TEAM")) == "platform"
    assert value_at(GALLERY, BODY, (*USERS, "/some/ID")) == {}
    assert value_at(GALLERY, BODY, ("Location",)) is None
    assert value_at(GALLERY, BODY, ("location", "more")) is None
    assert value_at(GALLERY, BODY, ()) == BODY


def test_a_value_is_set_under_the_key_that_is_there_in_any_case() -> None:
    body = with_value(GALLERY, BODY, ("tags", "TEAM"), "infra")

    assert list(body["tags"].values()) == ["infra"]
    assert list(BODY["tags"].items()) == [("team", "platform")]


def test_a_value_is_taken_away_under_its_key_in_any_case() -> None:
    assert with_value(GALLERY, BODY, ("tags", "TEAM"), None)["tags"] == {}
    assert with_value(GALLERY, BODY, (*USERS, "/some/ID"), None)["identity"] == {
        "type": "UserAssigned",
        "userAssignedIdentities": {},
    }


def test_a_value_is_set_in_an_entry_of_a_list_below_others() -> None:
    body = with_value(VERSION, {}, (*REGIONS, "[ukwest]", "regionalReplicaCount"), 2)

    assert body == {"publishingProfile": {"targetRegions": {"[ukwest]": {"regionalReplicaCount": 2}}}}
    assert with_value(VERSION, body, (*REGIONS, "[ukwest]"), None) == {"publishingProfile": {"targetRegions": {}}}


def test_what_is_not_there_is_taken_away_without_a_trace() -> None:
    assert with_value(GALLERY, {"location": "x"}, ("tags", "team"), None) == {"location": "x"}


def test_a_path_is_recalled_with_keys_that_ignore_case() -> None:
    path = recalled_path(GALLERY, ("tags", "Team"))

    assert path == ("tags", "TEAM")
    assert recalled_path(GALLERY, (*USERS, "/Some/Id")) == (*USERS, "/SOME/ID")
    assert recalled_path(GALLERY, ("location",)) != ("LOCATION",)


def test_a_value_is_recalled_with_text_that_ignores_case_again() -> None:
    assert list(recalled(GALLERY, (), {"tags": {"Team": "x"}})["tags"]) == ["TEAM"]
    assert recalled(GALLERY, ("tags", "team"), None) is None
    source = recalled(VERSION, ("storageProfile",), {"source": {"id": "/Subscriptions/X"}})
    assert source == {"source": {"id": "/subscriptions/x"}}
    layers = recalled(VERSION, ("storageProfile", "dataDiskImages"), {"[0]": {"lun": 0, "source": {"id": "/A"}}})
    assert layers == {"[0]": {"lun": 0, "source": {"id": "/a"}}}
    shared = recalled(GALLERY, ("sharingProfile", "groups"), {"[AADTenants]": {"type": "AADTenants", "ids": ["AB-c"]}})
    assert shared == {"[AADTenants]": {"type": "AADTenants", "ids": ["ab-c"]}}


@pytest.mark.parametrize(
    ("path", "before", "after", "parts"),
    [
        ((), None, {"tags": {"a": "x", "b": "y"}}, [("tags", "a"), ("tags", "b")]),
        (("publishingProfile",), None, {"targetRegions": {"[a]": {"name": "a"}}}, [REGIONS]),
        (("publishingProfile",), None, {}, [("publishingProfile",)]),
        (("publishingProfile",), {"a": 1}, {"b": 2}, [("publishingProfile",)]),
        (("publishingProfile",), None, "odd", [("publishingProfile",)]),
        (("publishingProfile",), None, ["odd"], [("publishingProfile",)]),
        (("publishingProfile",), {}, ["odd"], [("publishingProfile",)]),
        ((), None, {"storageProfile": {"dataDiskImages": {"[0]": {"lun": 0}}}}, [(*DISKS, "[0]", "lun")]),
        (DISKS, None, {"[0]": {"source": {"id": "/a"}}}, [(*DISKS, "[0]", "source", "id")]),
        (("tags",), None, {"a": {"odd": 1}}, [("tags", "a")]),
        (("tags",), {}, {"a": "x"}, [("tags",)]),
    ],
)
def test_a_change_is_told_by_the_keys_that_it_alone_touches(
    path: tuple[str, ...], before: Any, after: Any, parts: list[tuple[str, ...]]
) -> None:
    found = list(single_fields(VERSION, path, before, after))

    assert [each for each, _, _ in found] == parts
    assert all(old is None for _, old, _ in found) or found == [(path, before, after)]


def test_what_came_back_from_json_compares_as_it_did() -> None:
    text = {
        "location": "westeurope",
        "tags": {"Team": "platform"},
        "storageProfile": {
            "source": {"id": "/Subscriptions/X"},
            "dataDiskImages": {"[0]": {"source": {"id": "/A/B"}, "lun": 0}},
        },
        "newerThanUs": {"deep": [1, {"x": None}]},
    }

    found = recalled(VERSION, (), text)

    assert found == {**text, "tags": {FoldedText("Team"): "platform"}}
    assert found["tags"][FoldedText("TEAM")] == "platform"
    assert list(found["tags"]) == ["Team"]
    assert found["storageProfile"]["source"]["id"] == "/subscriptions/x"
    assert found["storageProfile"]["dataDiskImages"]["[0]"]["source"]["id"] == "/a/b"
    trusted = {"securityProfile": {"uefiSettings": {"signatureTemplateNames": ["noSignatureTemplate"]}}}
    again = recalled(VERSION, (), trusted)["securityProfile"]["uefiSettings"]
    assert again == {"signatureTemplateNames": ["NoSignatureTemplate"]}


@pytest.mark.parametrize(
    "odd",
    [
        {"location": ["a"], "tags": "odd", "storageProfile": ["odd"]},
        {"location": {"a": 1}, "storageProfile": {"source": "odd", "dataDiskImages": "odd"}},
        {"publishingProfile": {"targetRegions": [{"name": "a"}]}, "securityProfile": {"uefiSettings": 7}},
    ],
)
def test_what_does_not_fit_comes_back_as_it_stands(odd: dict[str, Any]) -> None:
    assert recalled(VERSION, (), odd) == odd


@pytest.mark.parametrize(
    ("key", "name"),
    [("[westus2]", "westus2"), ("[westus/losangeles]", "westus/losangeles"), ("[[x]]", "[x]"), (7, "7")],
)
def test_an_entry_is_named_by_its_key(key: str | int, name: str) -> None:
    assert entry_name(key) == name
