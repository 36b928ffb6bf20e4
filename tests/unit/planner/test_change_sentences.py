"""What one change is called in a sentence, down to the word that joins it to its resource."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.address import Access, Address
from reconciler.model.plan import Change, Verb
from reconciler.planner.sentences import change_sentence, creation_sentence, deletion_sentence

GALLERY = Address("s", "rg", "corp")
IMAGE = Address("s", "rg", "corp", "ubuntu")
VERSION = Address("s", "rg", "corp", "ubuntu", "1.0.0")
GRANT = Address("s", "rg", "corp", access=Access("Reader", "6f7c1a34-2d1b"))
REGIONS = "publishingProfile/targetRegions"
BODY = {"publishingProfile": {"replicaCount": 5}}
FORTY = "x" * 40


def sentence(where: Address, path: str, before: Any, after: Any, body: Any = BODY) -> str:
    return change_sentence(Verb.UPDATE, where, (Change(tuple(path.split("/")), before, after, "updatable"),), body)


@pytest.mark.parametrize(
    ("path", "before", "after", "words"),
    [
        ("tags", None, {"a": "x"}, "set tag a to x on corp"),
        ("tags", {"a": "x"}, None, "remove tag a from corp"),
        ("tags", {"a": "x", "b": "y"}, {"b": "z"}, "remove tag a and set tag b to z on corp"),
        ("tags", {"reconciler.owner": "o", "a": "x"}, {"reconciler.owner": "p", "a": "y"}, "set tag a to y on corp"),
        ("tags/a", None, "", "set tag a to nothing on corp"),
        ("tags/a", None, "one\n two", "set tag a to one two on corp"),
        ("tags/a", None, FORTY, f"set tag a to {FORTY} on corp"),
        ("tags/a", None, f"{FORTY}x", f"set tag a to {'x' * 39}… on corp"),
        ("provisioningState", "Failed", "Succeeded", "write once more after its failure to corp"),
    ],
)
def test_a_change_of_a_gallery_is_told(path: str, before: Any, after: Any, words: str) -> None:
    assert sentence(GALLERY, path, before, after) == words


@pytest.mark.parametrize(
    ("path", "before", "after", "words"),
    [
        ("features", None, {"[Nvme]": {"name": "Nvme", "value": "on"}}, "set feature Nvme to on on ubuntu"),
        (
            "features",
            None,
            {"[A]": {"value": "x"}, "[B]": {"value": None}},
            "set feature A to x and remove feature B on ubuntu",
        ),
        ("features/[A]", {"value": "x"}, None, "remove feature A from ubuntu"),
        ("features/[A]", None, {"value": "x"}, "set feature A to x on ubuntu"),
        ("features/[A]/value", "x", "y", "set feature A to y on ubuntu"),
    ],
)
def test_a_feature_is_told_by_its_name_and_its_value(path: str, before: Any, after: Any, words: str) -> None:
    assert sentence(IMAGE, path, before, after) == words


def test_features_that_all_go_leave_a_bare_sentence() -> None:
    changes = (
        Change(("features",), {"[A]": {"value": "x"}}, None, "guarded"),
        Change(("description",), "a", "b", "updatable"),
    )

    assert change_sentence(Verb.UPDATE, IMAGE, changes, {}) == "set description of ubuntu"


@pytest.mark.parametrize(
    ("path", "before", "after", "words"),
    [
        (f"{REGIONS}/[ukwest]", None, {"name": "ukwest"}, "add region ukwest with 5 replicas to ubuntu 1.0.0"),
        (
            f"{REGIONS}/[ukwest]",
            None,
            {"name": "ukwest", "regionalReplicaCount": 1},
            "add region ukwest with 1 replica to ubuntu 1.0.0",
        ),
        (f"{REGIONS}/[ukwest]", {"name": "ukwest"}, None, "remove region ukwest from ubuntu 1.0.0"),
        (
            f"{REGIONS}/[ukwest]/regionalReplicaCount",
            2,
            3,
            "raise ukwest from 2 to 3 replicas for ubuntu 1.0.0",
        ),
        (
            f"{REGIONS}/[ukwest]/regionalReplicaCount",
            3,
            2,
            "lower ukwest from 3 to 2 replicas for ubuntu 1.0.0",
        ),
        (
            f"{REGIONS}/[ukwest]/regionalReplicaCount",
            None,
            2,
            "set regionalReplicaCount to 2 in region ukwest of ubuntu 1.0.0",
        ),
        (
            f"{REGIONS}/[ukwest]/encryption/osDiskImage",
            {"a": 1},
            None,
            "clear encryption.osDiskImage in region ukwest of ubuntu 1.0.0",
        ),
    ],
)
def test_a_region_is_told_by_its_name_and_its_replicas(path: str, before: Any, after: Any, words: str) -> None:
    assert sentence(VERSION, path, before, after) == words


def test_without_a_profile_a_new_region_has_one_replica() -> None:
    words = sentence(VERSION, f"{REGIONS}/[ukwest]", None, {"name": "ukwest"}, {})

    assert words == "add region ukwest with 1 replica to ubuntu 1.0.0"


@pytest.mark.parametrize(
    ("kind", "who"),
    [("User", "user"), ("ServicePrincipal", "service principal"), ("Robot", "principal"), (None, "principal")],
)
def test_who_is_granted_something_is_told_by_what_they_are(kind: str | None, who: str) -> None:
    body = {"principalType": kind}

    assert creation_sentence(GRANT, body) == f"grant Reader to {who} 6f7c1a34… on corp"
    assert deletion_sentence(GRANT, body) == f"revoke Reader from {who} 6f7c1a34… on corp"
