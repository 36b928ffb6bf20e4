"""Words and bounds of single checks: what a finding says, how often it is said, and what is no mistake at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.kinds.regions import REGIONS
from reconciler.manifest.build import Built, Fallback, build
from reconciler.manifest.text import ManifestText
from reconciler.model.address import Kind
from tests.unit.manifest import bad_makers as made

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def built(*cases: made.Bad) -> Built:
    texts = [ManifestText(f"{number}.yaml", case.text.encode()) for number, case in enumerate(cases)]
    return build(texts, Fallback(), now=NOW)


def sound(case: made.Bad, kind: Kind) -> Any:
    result = built(case)
    assert [str(found) for found in result.diagnostics] == []
    return next(found.body for address, found in result.desired.resources.items() if address.kind is kind)


def messages(case: made.Bad) -> list[str]:
    return [found.message for found in built(case).diagnostics]


def test_a_shorthand_that_is_neither_a_count_nor_a_storage_type_is_named() -> None:
    (message,) = messages(made.regions("", "targetRegions: [westeurope=abc]"))
    assert "“westeurope=abc”: behind “=” is neither a replica count nor a storage type" in message


@pytest.mark.parametrize("second", ["standard_zrs", "PremiumV2_LRS", "2"])
def test_a_shorthand_of_two_parts_takes_a_count_or_a_storage_type(second: str) -> None:
    body = sound(made.regions("", f"targetRegions: [westeurope={second}]"), Kind.IMAGE_VERSION)
    assert len(body["publishingProfile"]["targetRegions"]["[westeurope]"]) == 2


def test_an_unknown_region_is_said_once_for_each_name_in_a_file_and_refuses_nothing() -> None:
    case = made.regions(
        "",
        """
        targetRegions: [westeurope, Northeurop, eastsu]
        targetExtendedLocations: [{name: NORTHEUROP, extendedLocation: {name: a, type: EdgeZone}}]
        """,
    )
    found = built(case)
    assert [one.code for one in found.diagnostics] == ["unknown-region"] * 2
    assert found.ok
    assert len(found.desired.resources) == 3
    other = built(made.gallery("", "location: eastsu"), made.alone("", case.text.split("---\n", 2)[2]))
    assert [one.origin.file for one in other.diagnostics] == ["0.yaml", "1.yaml", "1.yaml"]


def test_an_unknown_region_of_defaults_is_said_at_the_defaults_alone() -> None:
    text = made.DEFAULTS.replace("westeurope", "westeurop") + "---\n" + made.GALLERY
    (found,) = built(made.alone("", text)).diagnostics
    assert (found.code, found.origin.line) == ("unknown-region", 4)


@pytest.mark.parametrize("name", ["China North 3", "usgovvirginia", "East US 2 EUAP", "Sweden Central"])
def test_regions_of_every_cloud_are_known(name: str) -> None:
    sound(made.gallery("", f"location: {name}"), Kind.GALLERY)


def test_known_regions_are_short_names() -> None:
    assert len(REGIONS) > 60
    assert all(name.isalnum() and name.islower() for name in REGIONS)


ROLES = ["Reader", "reader", "Image Factory Operators", "acdd72a7-3385-48ef-bd42-f606fba81ae7", "Publisher"]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_resembles_no_built_in_one_is_no_mistake(role: str) -> None:
    sound(made.access("", f"{{role: {role}, {made.PRINCIPAL}}}"), Kind.ROLE_ASSIGNMENT)


@pytest.mark.parametrize(
    "tail",
    [
        "Microsoft.Compute/images/i",
        "MICROSOFT.COMPUTE/IMAGES/i",
        "Microsoft.Compute/galleries/g/images/i/versions/1.0.0",
        "Microsoft.Compute/virtualMachines/v",
    ],
)
def test_an_image_comes_from_three_types_in_any_case(tail: str) -> None:
    source = made.COMPUTE.replace("Microsoft.Compute", tail)
    sound(made.version("", f"storageProfile: {{source: {{id: {source}}}}}", base=""), Kind.IMAGE_VERSION)


@pytest.mark.parametrize("account", ["Microsoft.Storage", "microsoft.storage", "Microsoft.ClassicStorage"])
def test_a_vhd_lies_in_a_storage_account(account: str) -> None:
    where = made.ACCOUNT.replace("Microsoft.Storage", account)
    storage = f"storageProfile: {{osDiskImage: {{source: {{uri: 'https://x/y', storageAccountId: {where}}}}}}}"
    sound(made.version("", storage, base=""), Kind.IMAGE_VERSION)


def test_a_wrong_type_of_id_is_told_what_was_expected() -> None:
    (message,) = messages(made.version("", f"storageProfile: {{source: {{id: {made.COMPUTE}/disks/d}}}}", base=""))
    assert message.endswith("is not the id of a managed image, a gallery image version or a virtual machine")


def test_features_are_one_in_any_case_and_known_ones_keep_their_spelling() -> None:
    features = "features: [{name: SECURITYTYPE, value: Standard}, {name: IsNewSupported, value: null}]"
    body = sound(made.definition("", features), Kind.IMAGE_DEFINITION)
    assert list(body["features"]) == ["[SecurityType]", "[isnewsupported]"]


def test_edge_zones_are_one_in_any_case() -> None:
    zone = "targetExtendedLocations: [{name: westus, extendedLocation: {name: LosAngeles, type: EdgeZone}}]"
    body = sound(made.regions("", zone), Kind.IMAGE_VERSION)
    assert list(body["publishingProfile"]["targetExtendedLocations"]) == ["[westus/losangeles]"]


def test_an_empty_list_of_disallowed_disks_is_a_statement() -> None:
    body = sound(made.definition("", "disallowed: {diskTypes: []}"), Kind.IMAGE_DEFINITION)
    assert body["disallowed"] == {"diskTypes": []}


def test_a_tag_and_a_description_can_be_cleared() -> None:
    body = sound(made.gallery("", "tags: {a: null}\ndescription: null"), Kind.GALLERY)
    assert (body["tags"], body["description"]) == ({"a": None}, None)


def test_the_bounds_of_days_and_replicas_are_within() -> None:
    sound(made.gallery("", "softDeletePolicy: {retentionPeriodInDays: 1, gracePeriodInDays: 0}"), Kind.GALLERY)
    sound(made.regions("", "targetRegions: [westeurope=50]"), Kind.IMAGE_VERSION)
    assert not built(made.regions("", "targetRegions: [westeurope=101]")).ok
    assert built(made.regions("", "targetRegions: [westeurope=100]")).ok


@pytest.mark.parametrize("name", ["0.0.0", "10.0.100"])
def test_a_zero_alone_is_no_leading_zero(name: str) -> None:
    text = made.version("", "tags: {}").text.replace("name: 1.0.0", f"name: {name}")
    sound(made.alone("", text), Kind.IMAGE_VERSION)


def test_a_new_field_may_have_a_type_and_a_name_below_it() -> None:
    result = built(made.beside("", "unchecked: {newProfile.type: x, newProfile.name: y}\n"))
    assert [str(found) for found in result.diagnostics] == []


def test_a_tab_is_called_a_tab_also_after_spaces() -> None:
    (found,) = built(made.alone("", "a:\n  b: 1\n  \tc: 2\n")).diagnostics
    assert (found.code, found.message) == ("yaml-syntax", "a tab where YAML takes none")
    (other,) = built(made.alone("", "a: 'x\n")).diagnostics
    assert "tab" not in other.message
