"""Whatever is read, nothing is raised; and however the same thing is spelled, it becomes the same desired state."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.manifest.build import Built, Fallback, build
from reconciler.manifest.codes import CODES
from reconciler.manifest.settings_file import read_settings
from reconciler.manifest.text import ManifestText
from reconciler.model.state import Body, Policy
from reconciler.settings import layer
from tests.support.soak import FIXED_SEEDS, examples
from tests.unit.manifest.bad_makers import MARK, Bad
from tests.unit.manifest.bad_manifests import BAD

SETTLED = settings(derandomize=FIXED_SEEDS, max_examples=examples(100), deadline=None)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
API = "gallery-reconciler/v1"
SUB = "00000000-0000-0000-0000-00000000abcd"
FALLBACK = Fallback(SUB, "rg")
WORDS = sorted(
    {
        word.strip(" {}[],:'-")
        for bad in BAD
        for word in bad.text.replace(MARK, "").replace("\n", " ").split(" ")
        if len(word) < 40
    }
)
LINES = sorted({line for bad in BAD for line in bad.text.replace(MARK, "").splitlines() if len(line) < 200})


def built(data: bytes) -> Built:
    return build([ManifestText("a.yaml", data)], FALLBACK, now=NOW)


def check(result: Built) -> None:
    assert all(found.code in CODES and found.hint for found in result.diagnostics)
    assert list(result.diagnostics[:-1]) == sorted(
        result.diagnostics[:-1], key=lambda found: (found.origin, found.code, found.message)
    )
    for resource in result.desired.resources.values():
        assert resource.origin.line
        assert all(origin.line for origin in resource.origins.values())


@SETTLED
@given(st.binary(max_size=400))
def test_bytes_never_raise(data: bytes) -> None:
    check(built(data))
    read_settings(ManifestText("reconciler.yaml", data))


@given(st.lists(st.sampled_from(LINES), max_size=40))
@settings(SETTLED, max_examples=examples(300))
def test_lines_of_manifests_in_any_order_never_raise(lines: list[str]) -> None:
    check(built("\n".join(lines).encode()))


@given(
    st.sampled_from(BAD), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9), st.sampled_from(WORDS)), max_size=4)
)
@settings(SETTLED, max_examples=examples(400))
def test_damaged_manifests_never_raise(bad: Bad, wounds: list[tuple[float, int, str]]) -> None:
    text = bad.text.replace(MARK, "")[:3000]
    for place, length, word in wounds:
        start = int(len(text) * place)
        text = text[:start] + word + text[start + length :]
    check(built(text.encode()))


KEYS = st.sampled_from(WORDS)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), KEYS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=25,
)
KINDS = st.sampled_from(["Defaults", "Gallery", "ImageDefinition", "ImageVersion", "RoleAssignment"])
METADATA = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from(["corp", "ubuntu", "1.0.0"]) for key in ("gallery", "image", "name")}
)


@given(st.lists(st.tuples(KINDS, METADATA, st.dictionaries(KEYS, VALUES, max_size=6), VALUES, VALUES), max_size=3))
@settings(SETTLED, max_examples=examples(300))
def test_documents_of_any_shape_never_raise(documents: list[tuple[str, Any, Any, Any, Any]]) -> None:
    texts = [
        json.dumps(
            {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": spec, "access": access, "images": images}
        )
        for kind, metadata, spec, access, images in documents
    ]
    check(built("\n---\n".join(texts).encode()))


@SETTLED
@given(
    st.dictionaries(
        st.one_of(
            KEYS,
            st.sampled_from(["limits", "scopes", "prune", "cloud", "targets", "target", "ignore", "planCredential"]),
        ),
        VALUES,
        max_size=5,
    )
)
def test_settings_of_any_shape_never_raise(values: dict[str, Any]) -> None:
    read = read_settings(ManifestText("reconciler.yaml", json.dumps(values).encode()))
    result = layer(read.values, {}, {}, read.origins)
    assert all(problem.hint and problem.code in CODES for problem in result.problems)


REGIONS = {"westus2": "West US 2", "northeurope": "North Europe", "southcentralus": "South Central US"}
CASES: st.SearchStrategy[Callable[[str], str]] = st.sampled_from([str.lower, str.upper, str.title, str])


@st.composite
def spelled_regions(draw: st.DrawFn) -> tuple[list[Any], list[Any]]:
    """The same regions twice: plainly, and as people write them."""
    names = draw(st.lists(st.sampled_from(sorted(REGIONS)), min_size=1, unique=True))
    plain: list[Any] = []
    fancy: list[Any] = []
    for name in names:
        count = draw(st.integers(1, 50))
        plain.append({"name": name, "regionalReplicaCount": count, "storageAccountType": "Standard_ZRS"})
        shown = draw(CASES)(draw(st.sampled_from([name, REGIONS[name]])))
        storage = draw(CASES)("Standard_ZRS")
        text = f"{shown}={count}={storage}"
        record = {"name": shown, "regionalReplicaCount": str(count), "storageAccountType": storage}
        fancy.append(draw(st.sampled_from([text, record])))
    return plain, fancy


def version(regions: list[Any], source: str, date: str, location: str) -> list[dict[str, Any]]:
    head = {"apiVersion": API}
    observed = {"policy": {"manage": "observe"}}
    spec = {
        "location": location,
        "storageProfile": {"source": {"id": source}},
        "publishingProfile": {"targetRegions": regions, "endOfLifeDate": date},
    }
    return [
        {**head, "kind": "Gallery", "metadata": {"name": "corp"}, **observed},
        {**head, "kind": "ImageDefinition", "metadata": {"gallery": "corp", "name": "u"}},
        {**head, "kind": "ImageVersion", "metadata": {"gallery": "corp", "image": "u", "name": "1.0.0"}, "spec": spec},
    ]


def states(documents: list[dict[str, Any]]) -> dict[str, tuple[Body, Policy, Body]]:
    result = built("\n---\n".join(json.dumps(document) for document in documents).encode())
    assert [str(found) for found in result.diagnostics] == []
    return {
        address.key: (resource.body, resource.policy, resource.unchecked)
        for address, resource in result.desired.resources.items()
    }


@SETTLED
@given(spelled_regions(), CASES, st.integers(-12, 12))
def test_another_spelling_of_regions_ids_and_dates_is_the_same_state(
    regions: tuple[list[Any], list[Any]], case: Any, hours: int
) -> None:
    plain, fancy = regions
    moment = datetime(2030, 6, 30, 12, tzinfo=UTC)
    there = moment.astimezone(timezone(timedelta(hours=hours)))
    source = f"/subscriptions/{SUB}/resourceGroups/RG/providers/Microsoft.Compute/images/i"
    home = plain[0]["name"]
    one = states(version(plain, source, "2030-06-30T12:00:00Z", home))
    two = states(version(fancy, case(source), there.isoformat(), REGIONS[home]))
    assert one == two


NAMES = st.lists(st.sampled_from(["alpha", "beta", "gamma"]), min_size=1, max_size=3, unique=True)
POLICIES = st.sampled_from([{}, {"protect": True}, {"onRemove": "abandon"}, {"protect": "false", "adopt": True}])
ROLES = [("Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7"), ("Custom Role", "Custom Role")]


@st.composite
def estates(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """One estate twice: nested in its gallery, and every resource in a document of its own."""
    head = {"apiVersion": API}
    line = {"principal": {"id": SUB, "type": "User"}, "description": "x"}
    gallery: dict[str, Any] = {**head, "kind": "Gallery", "metadata": {"name": "corp"}}
    gallery |= {"spec": {"location": "westus2"}, "policy": draw(POLICIES)}
    nested = {**gallery, "images": [], "access": []}
    alone: list[dict[str, Any]] = [gallery]
    for name in draw(NAMES):
        spec = {"osType": "Linux", "osState": "Generalized", "hyperVGeneration": "V2", "architecture": "x64"}
        common = {
            "spec": {**spec, "identifier": {"publisher": "p", "offer": "o", "sku": name}},
            "policy": draw(POLICIES),
        }
        role, guid = draw(st.sampled_from(ROLES))
        image: dict[str, Any] = {
            "metadata": {"name": name},
            **common,
            "versions": [],
            "access": [{"role": role, **line}],
        }
        nested["images"].append(image)
        alone.append({**head, "kind": "ImageDefinition", "metadata": {"gallery": "CORP", "name": name}, **common})
        place = {"gallery": "corp", "image": name.upper()}
        alone.append({**head, "kind": "RoleAssignment", "metadata": place, "spec": {"role": guid, **line}})
        for number in range(draw(st.integers(0, 2))):
            body = {
                "spec": {
                    "storageProfile": {
                        "source": {"id": f"/subscriptions/{SUB}/resourceGroups/rg/providers/Microsoft.Compute/images/x"}
                    }
                },
                "policy": draw(POLICIES),
            }
            image["versions"].append({"metadata": {"name": f"1.{number}.0"}, **body})
            alone.append({**head, "kind": "ImageVersion", "metadata": {**place, "name": f"1.{number}.0"}, **body})
    return [nested], draw(st.permutations(alone))


@SETTLED
@given(estates())
def test_nested_and_stand_alone_spellings_are_the_same_state(
    estate: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    nested, alone = estate
    assert states(nested) == states(alone)
