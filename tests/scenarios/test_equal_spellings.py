"""Values that only look different are no difference (azure facts 3.8)."""

from __future__ import annotations

import pytest

from reconciler.model.address import Kind
from tests.support.estates import ACCESS, ESTATE, GALLERY, IMAGE, SOURCE, versions
from tests.support.workbench import Workbench, changed

DATED = versions("1.0.0", regions="westeurope=1, westus2=2", more=', endOfLifeDate: "2030-06-30"')


@pytest.fixture
def published(bench: Workbench) -> Workbench:
    bench.write(GALLERY + ACCESS + IMAGE + DATED)
    bench.apply()
    return bench


@pytest.mark.parametrize("spelling", ["West US 2=2", "westus2=2", "WestUS2=2", "WESTUS2=2=standard_lrs"])
def test_a_region_in_any_spelling(published: Workbench, spelling: str) -> None:
    published.write(GALLERY + ACCESS + IMAGE + DATED.replace("westus2=2", spelling))

    assert not published.plan().pending


def test_regions_in_another_order(published: Workbench) -> None:
    published.write(GALLERY + ACCESS + IMAGE + DATED.replace("westeurope=1, westus2=2", "westus2=2, westeurope=1"))

    assert not published.plan().pending


@pytest.mark.parametrize(
    "date", ["2030-06-30T00:00:00Z", "2030-06-30T02:00:00+02:00", "2030-06-30T00:00:00.0000000+00:00", "2030-06-30"]
)
def test_a_date_in_another_form(published: Workbench, date: str) -> None:
    published.write(GALLERY + ACCESS + IMAGE + DATED.replace("2030-06-30", date))

    assert not published.plan().pending


@pytest.mark.parametrize("change", [str.upper, str.lower])
def test_ids_in_other_case(published: Workbench, change: object) -> None:
    assert callable(change)
    published.write(GALLERY + ACCESS + IMAGE + DATED.replace(f"{SOURCE}/ubuntu", change(f"{SOURCE}/ubuntu")))

    assert not published.plan().pending


def test_names_in_other_case(published: Workbench) -> None:
    text = (
        (GALLERY + ACCESS + IMAGE + DATED).replace("name: corp", "name: CORP").replace("name: ubuntu", "name: Ubuntu")
    )
    published.write(text)

    assert not published.plan().pending


def test_one_feature_declared_of_two_live(published: Workbench) -> None:
    text = (GALLERY + ACCESS + IMAGE + DATED).replace(', {name: DiskControllerTypes, value: "SCSI, NVMe"}', "")
    published.write(text)

    assert not published.plan().pending


@pytest.mark.parametrize("value", ["NVMe, SCSI", "scsi, nvme", "SCSI,NVMe"])
def test_a_feature_value_in_another_order_and_case(published: Workbench, value: str) -> None:
    published.write((GALLERY + ACCESS + IMAGE + DATED).replace("SCSI, NVMe", value))

    assert not published.plan().pending


def test_a_tag_name_in_another_case_is_the_same_tag(published: Workbench) -> None:
    published.write((GALLERY + ACCESS + IMAGE + DATED).replace("{team: platform}", "{Team: platform}"))
    assert not published.plan().pending

    published.write((GALLERY + ACCESS + IMAGE + DATED).replace("{team: platform}", "{Team: other}"))

    assert changed(published.plan()) == [("tags.team", "platform", "other")]


def test_a_foreign_tag_is_no_difference_and_survives_an_update(published: Workbench) -> None:
    body = published.live("/galleries/corp")
    sent = {
        "location": body["location"],
        "tags": {**body["tags"], "CostCenter": "42"},
        "properties": {"description": "Golden images"},
    }
    assert published.gateway.put(Kind.GALLERY, body["id"], sent).ok
    assert not published.plan().pending

    published.write((GALLERY + ACCESS + IMAGE + DATED).replace("Golden", "New"))
    published.apply()

    assert published.live("/galleries/corp")["tags"]["CostCenter"] == "42"


@pytest.mark.parametrize("role", ["reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7", "READER"])
def test_a_role_by_name_or_guid(published: Workbench, role: str) -> None:
    published.write((GALLERY + ACCESS + IMAGE + DATED).replace("role: Reader", f"role: {role}"))

    assert not published.plan().pending


def test_fields_that_are_not_declared_are_not_managed(published: Workbench) -> None:
    published.write(
        (GALLERY + IMAGE + DATED)
        .replace("description: Golden images, ", "")
        .replace(", tags: {team: platform}", "")
        .replace("      description: Ubuntu\n", "")
        .replace(', endOfLifeDate: "2030-06-30"', "")
    )

    assert not published.plan().pending


def test_a_region_without_a_count_keeps_the_live_count(published: Workbench) -> None:
    published.write(GALLERY + ACCESS + IMAGE + DATED.replace("westus2=2", "westus2"))

    assert not published.plan().pending


def test_a_declared_default_equals_a_live_absence(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply()
    bench.write(
        (GALLERY + ACCESS).replace("spec: {", "spec: {softDeletePolicy: {isSoftDeleteEnabled: false}, ")
        + IMAGE
        + versions("1.0.0", "1.1.0", more=", replicaCount: 1, excludeFromLatest: false, replicationMode: Full")
    )

    assert not bench.plan().pending


def test_a_feature_we_do_not_know_is_one_in_any_case_and_keeps_its_spelling(bench: Workbench) -> None:
    text = GALLERY + IMAGE.replace("{name: SecurityType, value: Standard}", "{name: IsShinySupported, value: Yes}")
    bench.write(text)
    bench.apply()
    names = [feature["name"] for feature in bench.live("/images/ubuntu")["properties"]["features"]]
    assert "IsShinySupported" in names

    bench.write(text.replace("IsShinySupported", "isshinysupported"))

    assert not bench.plan().pending
