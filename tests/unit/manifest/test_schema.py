"""The schemas for editors: as published, true to what is accepted, and sharp where structure is at fault."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from reconciler.kinds.registry import KINDS
from reconciler.kinds.role_assignment import AccessItem
from reconciler.kinds.shape import leaves, shape_of
from reconciler.manifest.build import Fallback, build
from reconciler.manifest.patterns import portable
from reconciler.manifest.schema import manifest_schema
from reconciler.manifest.settings_schema import settings_schema
from reconciler.manifest.text import ManifestText
from reconciler.model.address import Kind
from reconciler.model.diagnostic import Severity
from reconciler.settings import PATHS, Settings
from tests.support import field_samples
from tests.support.editor_yaml import documents
from tests.support.random_estates import estates
from tests.support.soak import FIXED_SEEDS, examples
from tests.unit.manifest.bad_makers import API, DEFAULTS, GALLERY, MARK, PRINCIPAL, SOUND_DEFINITION, Bad
from tests.unit.manifest.bad_manifests import BAD

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "docs" / "schema"
SCHEMAS = {"manifest": manifest_schema(), "settings": settings_schema()}
CHECKS = {name: jsonschema.Draft202012Validator(schema) for name, schema in SCHEMAS.items()}
SAMPLES = sorted((ROOT / "manifests").rglob("*.yaml"))
STRUCTURAL = {
    "bad-api-version",
    "bad-date",
    "bad-definition-name",
    "bad-document",
    "bad-gallery-name",
    "bad-guid",
    "bad-region",
    "bad-resource-group",
    "bad-target-region",
    "bad-uri",
    "cannot-clear",
    "merge-key",
    "unchecked-known",
    "unknown-key",
    "unknown-kind",
    "unknown-value",
    "wrong-type",
}
WARNINGS = {"many-replicas", "past-date", "state-generation", "unknown-region", "unknown-role"}


def faults(document: Any, name: str = "manifest") -> list[str]:
    return [f"{list(each.absolute_path)}: {each.message[:200]}" for each in CHECKS[name].iter_errors(document)]


def rejected(text: str) -> bool:
    return any(faults(document) for document in documents(text))


def case_id(bad: Bad) -> str:
    line = next((line for line in bad.text.splitlines() if MARK in line), "")
    return f"{bad.code}: {line.strip()[:40]}"


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_published_file_is_what_the_command_prints(name: str) -> None:
    published = (PUBLISHED / f"{name}.schema.json").read_text(encoding="utf-8")

    assert json.loads(published) == SCHEMAS[name], f"reconciler schema {name} > docs/schema/{name}.schema.json"


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_a_schema_of_the_dialect_it_names(name: str) -> None:
    assert SCHEMAS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_document_of_the_samples_is_valid_and_says_where_its_schema_is(path: Path) -> None:
    name = "settings" if path.name == "reconciler.yaml" else "manifest"
    text = path.read_text(encoding="utf-8")

    for document, written in zip(documents(text), text.split("---\n"), strict=True):
        assert faults(document, name) == []
        modeline = re.match(r"# yaml-language-server: \$schema=(\S+)\n", written)
        assert modeline, "editors look for the line in each document of its own"
        assert (path.parent / modeline[1]).resolve() == PUBLISHED / f"{name}.schema.json"


@settings(
    derandomize=FIXED_SEEDS, max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(estates())
def test_what_is_accepted_is_never_marked_as_wrong(text: str) -> None:
    assert [fault for document in documents(text) for fault in faults(document)] == []


FRAGMENTS = {
    Kind.GALLERY: (field_samples.GALLERY, {"name": "corp"}),
    Kind.IMAGE_DEFINITION: (field_samples.DEFINITION, {"gallery": "corp", "name": "ubuntu"}),
    Kind.IMAGE_VERSION: (field_samples.VERSION, {"gallery": "corp", "image": "ubuntu", "name": "1.0.0"}),
}
EXAMPLES = [
    pytest.param(kind, metadata, spec, id=f"{kind}.{path}")
    for kind, (samples, metadata) in FRAGMENTS.items()
    for path, pair in samples.items()
    for spec in pair
]


@pytest.mark.parametrize(("kind", "metadata", "spec"), EXAMPLES)
def test_every_field_takes_what_the_product_takes(kind: Kind, metadata: dict[str, str], spec: dict[str, Any]) -> None:
    document = {"apiVersion": "gallery-reconciler/v1", "kind": str(kind), "metadata": metadata, "spec": spec}

    assert faults(document) == []


SPELLINGS = [
    "spec: {location: West US 2, tags: {version: 1.10, on: true, gone: null}}",
    "spec: {softDeletePolicy: {isSoftDeleteEnabled: yes, retentionPeriodInDays: '7'}}",
    "spec: {sharingProfile: {permissions: groups}}",
    "spec:\npolicy:\naccess:\nimages:\nunchecked:\n",
    "policy: {protect: TRUE, manage: create-only}",
    "unchecked: {newField: {a: [1, true]}, publishingProfile.new: x}",
    "images:\n  - metadata: {name: 2022}\n    spec: {osType: linux, identifier: {publisher: 1, offer: 2.0, sku: on}}\n",
    f"access: [{{role: Reader, {PRINCIPAL}, condition: x, conditionVersion: 2.0}}]\n",
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_spellings_that_the_product_takes_are_fine_in_an_editor_too(text: str) -> None:
    built = build([ManifestText("a.yaml", f"{DEFAULTS}---\n{GALLERY}{text}".encode())], Fallback(), now=NOW)

    assert not [found for found in built.diagnostics if found.severity is Severity.ERROR]
    assert not rejected(f"{GALLERY}{text}")


@pytest.mark.parametrize(
    "regions",
    [
        "[westeurope, West Europe=2, northeurope = 3 = standard_zrs, uksouth=Premium_LRS]",
        "[{name: westeurope, regionalReplicaCount: '2', excludeFromLatest: no}]",
    ],
)
@pytest.mark.parametrize("date", ["2030-06-30", "20300630", "2030-06-30T12:00:00+02:00", "2030-W26-7"])
def test_regions_and_dates_in_every_form_the_product_takes(regions: str, date: str) -> None:
    publishing = f"{{targetRegions: {regions}, endOfLifeDate: {date}}}"
    text = f"{API}\nkind: ImageVersion\nmetadata: {{gallery: g, image: i, name: 1.0.0}}\nspec: {{publishingProfile: "

    assert not rejected(f"{text}{publishing}}}")


@pytest.mark.parametrize("bad", [bad for bad in BAD if bad.code in STRUCTURAL], ids=case_id)
def test_a_mistake_of_structure_is_marked_in_the_editor(bad: Bad) -> None:
    try:
        assert rejected(bad.text.replace(MARK, ""))
    except yaml.YAMLError:
        pytest.skip("an editor says so without a schema")


@pytest.mark.parametrize("bad", [bad for bad in BAD if bad.code in WARNINGS], ids=case_id)
def test_what_only_earns_a_warning_is_not_marked(bad: Bad) -> None:
    assert not rejected(bad.text.replace(MARK, ""))


@pytest.mark.parametrize(
    "text",
    [
        GALLERY.replace("name: corp", "nam: corp"),
        f"{API}\nkind: ImageVersion\nmetadata: {{gallery: corp, name: 1.0.0}}\n",
        f"{GALLERY}access:\n  - {{role: Reader, principal: {{id: 00000000-0000-0000-0000-00000000000a}}}}\n",
        f"{API}\nkind: RoleAssignment\nmetadata: {{gallery: corp}}\n",
        SOUND_DEFINITION + "  features: [{value: x}]\n",
        f"{GALLERY}spec: {{provisioningState: Succeeded}}\n",
    ],
)
def test_what_can_never_be_left_out_or_written_is_marked(text: str) -> None:
    assert rejected(text)


def test_every_field_carries_its_rule_and_fact_into_the_editor() -> None:
    shapes = [known.shape for kind, known in KINDS.items() if kind is not Kind.ROLE_ASSIGNMENT] + [shape_of(AccessItem)]
    text = json.dumps(SCHEMAS["manifest"])

    for shape in shapes:
        for slot in leaves(shape):
            if slot.field.rule != "read-only":
                assert f"(fact {slot.field.fact})" in text
    assert "Set-once: can be set and moved, but never cleared." in text


def test_settings_are_typed_as_they_are_written() -> None:
    assert not faults({"workers": "16", "timeout": 2.5, "limits": None, "instance": 5, "prune": "on"}, "settings")
    assert not faults(None, "settings")
    assert faults({"workers": "many"}, "settings")
    assert faults({"prune": "sometimes"}, "settings")
    assert faults({"limits": {"maxDeletez": 1}}, "settings")
    assert faults({"secret": "x"}, "settings")


def test_no_setting_is_missing_from_its_schema() -> None:
    assert (
        set(SCHEMAS["settings"]["properties"]) == set(Settings.model_fields) == {path.split(".")[0] for path in PATHS}
    )


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        (re.compile(r"[\w().-]{0,9}[\w()-]"), "größe-1", True),
        (re.compile(r"[\w().-]{0,9}[\w()-]"), "a/b", False),
        (re.compile(r"providers/[a-f]+\.x", re.IGNORECASE), "PROVIDERS/aF.X", True),
        (re.compile(r"providers/[a-f]+\.x", re.IGNORECASE), "providers/ag.x", False),
        (re.compile(r"Ab", re.IGNORECASE), "abc", False),
    ],
)
def test_a_pattern_means_the_same_without_flags(pattern: re.Pattern[str], text: str, fits: bool) -> None:  # noqa: FBT001 - what is expected
    assert bool(pattern.fullmatch(text)) is fits
    assert bool(re.search(portable(pattern), text)) is fits
    assert "(?i" not in portable(pattern)


def test_a_sound_estate_is_valid_document_by_document() -> None:
    assert not rejected(f"{DEFAULTS}---\n{GALLERY}---\n{SOUND_DEFINITION}---\n")
