"""What sound manifests become: addresses, inheritance, canonical bodies, and the lines behind them."""

from __future__ import annotations

from datetime import UTC, datetime
from textwrap import dedent
from typing import Any

from reconciler.manifest.build import Built, Fallback, build
from reconciler.manifest.text import ManifestText
from reconciler.model.address import Scope
from reconciler.model.state import DesiredResource, Manage, OnDrift, OnImmutableChange, OnRemove, Policy

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SUB = "00000000-0000-0000-0000-000000000001"
OTHER = "00000000-0000-0000-0000-000000000002"
SAMPLE = f"""
apiVersion: gallery-reconciler/v1
kind: Defaults
metadata: {{subscription: {SUB}, resourceGroup: rg-images}}
spec: {{location: West Europe, tags: {{team: platform, cost: a}}}}
---
apiVersion: gallery-reconciler/v1
kind: Gallery
metadata: {{name: corp_images}}
policy: {{protect: true}}
spec:
  description: Golden images
  tags: {{cost: b}}
access:
  - {{role: reader, principal: {{id: 6F7C0000-0000-0000-0000-000000000001, type: group}}}}
images:
  - metadata: {{name: ubuntu-2404}}
    policy: {{onRemove: abandon}}
    spec:
      osType: linux
      osState: Generalized
      hyperVGeneration: V2
      architecture: x64
      identifier: {{publisher: Corp, offer: Ubuntu, sku: 24_04-lts}}
    versions:
      - metadata: {{name: 1.10.0}}
        policy: {{protect: false}}
        spec:
          storageProfile: {{source: {{id: /subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/images/i}}}}
          publishingProfile:
            replicaCount: 3
            targetRegions:
              - westeurope=2=standard_zrs
              - {{name: North Europe}}
            endOfLifeDate: 2027-06-30
"""


def text(content: str, name: str = "a.yaml", folder: tuple[str, ...] = ()) -> ManifestText:
    return ManifestText(name, dedent(content).encode(), folder)


def sound(*texts: ManifestText, fallback: Fallback | None = None) -> Built:
    built = build(texts, fallback or Fallback(), now=NOW)
    assert [str(found) for found in built.diagnostics] == []
    return built


def by_name(built: Built) -> dict[str, DesiredResource]:
    return {str(address): resource for address, resource in built.desired.resources.items()}


def sample() -> dict[str, DesiredResource]:
    return by_name(sound(text(SAMPLE)))


VERSION = "rg-images/corp_images/ubuntu-2404/1.10.0"


def test_nested_documents_become_addresses() -> None:
    assert list(sample()) == [
        "rg-images/corp_images",
        "rg-images/corp_images/ubuntu-2404",
        VERSION,
        "rg-images/corp_images@Reader=6f7c0000-0000-0000-0000-000000000001",
    ]


def test_bodies_are_canonical_and_scalars_are_typed_by_their_field() -> None:
    assert sample()[VERSION].body["publishingProfile"] == {
        "replicaCount": 3,
        "targetRegions": {
            "[westeurope]": {"name": "westeurope", "regionalReplicaCount": 2, "storageAccountType": "Standard_ZRS"},
            "[northeurope]": {"name": "northeurope", "regionalReplicaCount": 3},
        },
        "endOfLifeDate": "2027-06-30T00:00:00Z",
    }
    assert sample()["rg-images/corp_images/ubuntu-2404"].body["osType"] == "Linux"


def test_a_region_without_a_count_points_at_the_replica_count() -> None:
    version = sample()[VERSION]
    path = ("publishingProfile", "targetRegions", "[northeurope]", "regionalReplicaCount")
    assert version.origins[path] == version.origins["publishingProfile", "replicaCount"]
    assert str(version.origins["publishingProfile", "targetRegions", "[westeurope]"]) == "a.yaml:33:17"
    assert version.origin_of((*path[:2], "[westeurope]", "storageAccountType")).line == 33


def test_defaults_hand_down_location_and_tags_and_own_tags_win() -> None:
    resources = sample()
    gallery = resources["rg-images/corp_images"]
    assert gallery.body["location"] == "westeurope"
    assert gallery.body["tags"] == {"team": "platform", "cost": "b"}
    assert str(gallery.origins["tags", "team"]) == "a.yaml:5:38"
    assert str(gallery.origins["tags", "cost"]) == "a.yaml:13:10"
    assert str(gallery.origins["location",]) == "a.yaml:5:8"
    assert resources[VERSION].body["tags"] == {"team": "platform", "cost": "a"}


def test_policies_are_inherited_and_the_nearest_wins() -> None:
    resources = sample()
    assert resources["rg-images/corp_images"].policy == Policy(protect=True)
    assert resources["rg-images/corp_images/ubuntu-2404"].policy == Policy(protect=True, on_remove=OnRemove.ABANDON)
    assert resources[VERSION].policy == Policy(protect=False, on_remove=OnRemove.ABANDON)


def test_every_policy_word_is_read() -> None:
    policy = "{manage: create-only, adopt: true, onImmutableChange: replace, onDrift: report, recreateFailed: true}"
    (gallery,) = by_name(sound(text(gallery_text("corp", f"policy: {policy}")))).values()
    assert gallery.policy == Policy(
        manage=Manage.CREATE_ONLY,
        adopt=True,
        on_immutable_change=OnImmutableChange.REPLACE,
        on_drift=OnDrift.REPORT,
        recreate_failed=True,
    )


def gallery_text(name: str, more: str = "", scope: str = f"subscription: {SUB}, resourceGroup: rg") -> str:
    head = f"apiVersion: gallery-reconciler/v1\nkind: Gallery\nmetadata: {{name: {name}, {scope}}}\n"
    return f"{head}spec: {{location: westus}}\n{more}\n"


def test_access_names_the_role_by_guid() -> None:
    line = list(sample().values())[-1]
    assert line.address.access is not None
    assert line.address.access.role_id == "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    assert line.body == {
        "roleDefinitionId": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        "principalId": "6f7c0000-0000-0000-0000-000000000001",
        "principalType": "Group",
    }
    assert line.origins["principalType",].line == 15


def test_a_custom_role_waits_for_its_guid() -> None:
    line = "access: [{role: Image Publisher, principal: {id: 6f7c0000-0000-0000-0000-000000000001, type: User}}]"
    *_, item = by_name(sound(text(gallery_text("corp", line)))).values()
    assert item.address.access is not None
    assert item.address.access.role_id is None
    assert "roleDefinitionId" not in item.body


def test_the_scopes_are_the_groups_that_documents_and_defaults_name() -> None:
    other = f"""
        apiVersion: gallery-reconciler/v1
        kind: Defaults
        metadata: {{subscription: {OTHER}, resourceGroup: rg-old}}
        """
    built = sound(text(SAMPLE), text(other, "old/d.yaml", ("old",)))
    assert built.desired.scopes == (Scope(SUB, "rg-images"), Scope(OTHER, "rg-old"))


def test_the_nearest_defaults_win_in_their_folder_and_below() -> None:
    def defaults(group: str) -> str:
        return f"apiVersion: gallery-reconciler/v1\nkind: Defaults\nmetadata: {{resourceGroup: {group}}}\n"

    def gallery(name: str) -> str:
        return gallery_text(name, scope=f"subscription: {SUB}")

    built = sound(
        text(gallery("top"), "a.yaml"),
        text(gallery("deep"), "x/y/a.yaml", ("x", "y")),
        text(gallery("side"), "z/a.yaml", ("z",)),
        text(defaults("rg-x"), "x/d.yaml", ("x",)),
        text(defaults("rg-top"), "zz.yaml"),
    )
    assert {resource.address.gallery: resource.address.group for resource in built.desired.resources.values()} == {
        "top": "rg-top",
        "deep": "rg-x",
        "side": "rg-top",
    }


def test_scope_resolves_from_own_metadata_then_defaults_then_the_caller() -> None:
    documents = f"{SAMPLE}---\n{gallery_text('own', scope='resourceGroup: rg-own')}"
    built = sound(text(documents), fallback=Fallback(OTHER, "rg-fallback"))
    assert "rg-own/own" in by_name(built)
    alone = sound(text(gallery_text("alone", scope="x: y").replace(", x: y", "")), fallback=Fallback(OTHER, "rg-f"))
    (resource,) = alone.desired.resources.values()
    assert resource.address.text(with_subscription=True) == f"{OTHER}/rg-f/alone"


def test_a_child_takes_its_parents_location_where_nothing_nearer_says_one() -> None:
    image = "images: [{metadata: {name: u}, policy: {manage: observe}}]"
    resources = by_name(sound(text(gallery_text("corp", image))))
    assert resources["rg/corp/u"].body == {"location": "westus"}


def test_an_observed_resource_needs_no_fields() -> None:
    scope = f"subscription: {SUB}, resourceGroup: rg"
    gallery = f"apiVersion: gallery-reconciler/v1\nkind: Gallery\nmetadata: {{name: corp, {scope}}}\n"
    observed = f"{gallery}policy: {{manage: observe}}\nimages:\n  - metadata: {{name: u}}\n"
    assert list(by_name(sound(text(observed)))) == ["rg/corp", "rg/corp/u"]


def test_null_removes_a_tag_also_one_of_defaults() -> None:
    documents = SAMPLE.replace("tags: {cost: b}", "tags: {team: ~, cost: ''}")
    gallery = by_name(sound(text(documents)))["rg-images/corp_images"]
    assert gallery.body["tags"] == {"team": None, "cost": ""}


def test_null_clears_a_field_that_can_be_cleared() -> None:
    assert "description" in by_name(sound(text(SAMPLE.replace("Golden images", "null"))))["rg-images/corp_images"].body


def test_a_feature_value_of_null_asks_for_its_removal() -> None:
    features = "identifier: {publisher: Corp, offer: Ubuntu, sku: x}\n      features: [{name: SecurityType, value: ~}]"
    documents = SAMPLE.replace("identifier: {publisher: Corp, offer: Ubuntu, sku: 24_04-lts}", features)
    body = by_name(sound(text(documents)))["rg-images/corp_images/ubuntu-2404"].body
    assert body["features"] == {"[SecurityType]": {"name": "SecurityType", "value": None}}


def test_unchecked_values_are_typed_by_yaml() -> None:
    block = "unchecked: {a.b: true, c: 12, d: 1.5, e: no, f: '12', g: 0123, h: [1, {i: ~}], sharingProfile.new: x}"
    (gallery,) = by_name(sound(text(gallery_text("corp", block)))).values()
    assert gallery.unchecked == {
        "a.b": True,
        "c": 12,
        "d": 1.5,
        "e": "no",
        "f": "12",
        "g": "0123",
        "h": [1, {"i": None}],
        "sharingProfile.new": "x",
    }


def test_text_stays_text_whatever_yaml_would_make_of_it() -> None:
    tags = "{a: no, b: 0123, c: 1e3, d: 1.10, e: 2027-06-30, f: '~', g: !!str null, 1: x}"
    (gallery,) = by_name(sound(text(gallery_text("corp").replace("westus}", f"westus, tags: {tags}}}")))).values()
    expected: dict[str, Any] = {"a": "no", "b": "0123", "c": "1e3", "d": "1.10", "e": "2027-06-30", "f": "~"}
    assert gallery.body["tags"] == {**expected, "g": "null", "1": "x"}


def test_json_is_read_as_it_is() -> None:
    json = (
        '{"apiVersion": "gallery-reconciler/v1", "kind": "Gallery",'
        '"spec": {"location": "westus", "tags": {"a": "b\\/c"}},'
        f'"metadata": {{"name": "corp", "subscription": "{SUB}", "resourceGroup": "rg"}}}}'
    )
    assert list(by_name(sound(text(json, "a.json")))) == ["rg/corp"]


def test_an_alias_is_followed() -> None:
    documents = gallery_text("corp").replace("spec: {location: westus}", "spec: {location: &r westus, tags: {r: *r}}")
    (gallery,) = by_name(sound(text(documents))).values()
    assert gallery.body == {"location": "westus", "tags": {"r": "westus"}}


def test_empty_documents_and_comments_are_nothing() -> None:
    assert not sound(text("# nothing\n---\n---\n# still nothing\n")).desired.resources


def test_a_bad_resource_is_left_out_with_what_hangs_below_it() -> None:
    built = build([text(SAMPLE.replace("osType: linux", "osType: linus"))], Fallback(), now=NOW)
    assert not built.ok
    assert [address.kind.value for address in built.desired.resources] == ["Gallery", "RoleAssignment"]


def test_a_warning_is_not_an_error() -> None:
    built = build([text(SAMPLE.replace("2027-06-30", "2020-06-30"))], Fallback(), now=NOW)
    assert [found.code for found in built.diagnostics] == ["past-date"]
    assert built.ok
    assert len(built.desired.resources) == 4


def test_findings_come_sorted_by_place_and_all_at_once() -> None:
    bad = gallery_text("corp-x", "polcy: {}\nimages: [{metadata: {nam: u}}, 5]\n")
    built = build([text(bad, "b.yaml"), text(bad, "a.yaml")], Fallback(), now=NOW)
    assert [(one.origin.file, one.origin.line, one.code) for one in built.diagnostics] == [
        ("a.yaml", 3, "duplicate-resource"),
        ("a.yaml", 5, "unknown-key"),
        ("a.yaml", 6, "required-field"),
        ("a.yaml", 6, "unknown-key"),
        ("a.yaml", 6, "wrong-type"),
        ("b.yaml", 3, "bad-gallery-name"),
        ("b.yaml", 5, "unknown-key"),
        ("b.yaml", 6, "required-field"),
        ("b.yaml", 6, "unknown-key"),
        ("b.yaml", 6, "wrong-type"),
    ]


def test_ten_thousand_versions_are_built() -> None:
    version = SAMPLE[SAMPLE.index("      - metadata: {name: 1.10.0}") :]
    many = "".join(version.replace("1.10.0", f"1.{number}.0") for number in range(1000))
    head = SAMPLE.removesuffix(version)
    texts = [text(SAMPLE.split("---\n", 1)[0], "defaults.yaml")]
    for number in range(10):
        body = head.split("---\n")[1].replace("corp_images", f"corp_{number}")
        texts.append(text(body + many, f"{number}.yaml"))
    built = sound(*texts)
    assert sum(address.version is not None for address in built.desired.resources) == 10_000
