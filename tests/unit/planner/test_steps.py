"""The steps of a guarded change: what each of them leaves in Azure, and what people lose on the way."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.planner.steps import Forbidden, Step, following, next_version, version_steps

MOST = 2**31 - 1
FLAG = "allowDeletionOfReplicatedLocations"


def version(**regions: str) -> dict[str, Any]:
    """A version at home in westeurope, in regions with a storage type each."""
    entries = {f"[{name}]": {"name": name, "storageAccountType": storage} for name, storage in regions.items()}
    return {
        "location": "westeurope",
        "tags": {"team": "platform"},
        "safetyProfile": {"blockDeletionBeforeEndOfLife": True},
        "publishingProfile": {"targetRegions": entries},
    }


LRS, ZRS = "Standard_LRS", "Standard_ZRS"
THREE = version(westeurope=LRS, uksouth=LRS, ukwest=LRS)


def steps(live: dict[str, Any], after: dict[str, Any], **flags: bool) -> tuple[Step, ...]:
    found = version_steps(live, after, {"safetyProfile": flags}, mark=True)
    assert not isinstance(found, Forbidden)
    return found


def regions(step: Step) -> set[str]:
    return {key.strip("[]") for key in step.body["publishingProfile"]["targetRegions"]}


def test_regions_go_after_a_step_that_allows_it_and_before_one_that_forbids_it_again() -> None:
    allowing, removing, closing = steps(THREE, version(westeurope=LRS))

    assert [regions(step) for step in (allowing, removing, closing)] == [
        {"westeurope", "uksouth", "ukwest"},
        {"westeurope"},
        {"westeurope"},
    ]
    assert allowing.words == f"allow regions to be removed ({FLAG}: true)"
    assert (removing.words, removing.companion) == ("", False)
    assert closing.words == "set the flag back"
    assert allowing.body["safetyProfile"] == {"blockDeletionBeforeEndOfLife": True, FLAG: True}
    assert removing.body["safetyProfile"] == {"blockDeletionBeforeEndOfLife": True, FLAG: True}
    assert (
        allowing.body["tags"]
        == removing.body["tags"]
        == {
            "team": "platform",
            "reconciler.pending": f"set back {FLAG}",
        }
    )
    assert closing.body == version(westeurope=LRS)


@pytest.mark.parametrize(
    ("after", "hazard"),
    [
        (version(westeurope=LRS), "uksouth, ukwest serve nothing of it from now on"),
        (version(westeurope=LRS, uksouth=LRS), "ukwest serves nothing of it from now on"),
        (
            version(westeurope=LRS, uksouth=ZRS, ukwest=ZRS),
            "uksouth, ukwest serve nothing of it until added again",
        ),
        (
            version(westeurope=LRS, uksouth=ZRS),
            "ukwest serves nothing of it from now on; uksouth serves nothing of it until added again",
        ),
    ],
)
def test_it_is_said_which_regions_serve_nothing_and_for_how_long(after: dict[str, Any], hazard: str) -> None:
    assert [step.hazard for step in steps(THREE, after) if step.hazard] == [hazard]


def test_a_region_comes_back_with_its_new_storage_type_in_a_step_of_its_own() -> None:
    _, without, again = steps(THREE, version(westeurope=LRS, uksouth=ZRS, ukwest=LRS))

    assert regions(without) == {"westeurope", "ukwest"}
    assert regions(again) == {"westeurope", "uksouth", "ukwest"}
    assert again.words == "add them again with the new storage type"


def test_regions_that_cannot_go_are_named_and_so_is_what_forbids_it() -> None:
    fewer = version_steps(THREE, version(westeurope=LRS), {"safetyProfile": {FLAG: False}}, mark=True)
    home = version_steps(THREE, {**THREE, **version(westeurope=ZRS, uksouth=LRS)}, {}, mark=True)

    assert fewer == Forbidden(
        f"removing uksouth, ukwest is forbidden by the declared safetyProfile.{FLAG}: false", ("[uksouth]", "[ukwest]")
    )
    assert home == Forbidden(
        "the home region cannot leave the target regions, so its storage type cannot change",
        ("[ukwest]", "[westeurope]"),
    )


def test_nothing_to_remove_is_one_write() -> None:
    more = version(westeurope=LRS, uksouth=LRS, ukwest=LRS, northeurope=ZRS)

    assert steps(THREE, more) == (Step(more),)


@pytest.mark.parametrize(
    ("parts", "after"),
    [
        ((1, 2, 3), (1, 2, 4)),
        ((1, 2, MOST - 1), (1, 2, MOST)),
        ((1, 2, MOST), (1, 3, 0)),
        ((1, MOST - 1, MOST), (1, MOST, 0)),
        ((1, MOST, MOST), (2, 0, 0)),
    ],
)
def test_the_next_version_number_never_has_a_part_that_azure_cannot_hold(
    parts: tuple[int, int, int], after: tuple[int, int, int]
) -> None:
    assert following(parts) == after
    assert next_version((".".join(map(str, parts)), "0.9.0", "odd")) == ".".join(map(str, after))


def test_the_first_version_number_is_free_where_there_is_no_version() -> None:
    assert next_version(()) == next_version(("odd",)) == "0.0.1"
