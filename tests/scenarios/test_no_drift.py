"""Every field shape of azure facts 2 and every normalisation of 3.8, by fact id.

What Azure makes of a value, and other words for the same value, are no difference; a really different value is one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from reconciler.emulator.settings import Doubts, Limits
from reconciler.model.address import Kind
from reconciler.model.plan import Verb
from tests.support.estates import ESTATE
from tests.support.no_drift import Answer, Ground, Row, differences, disturbances, missing, told
from tests.support.no_drift_definitions import DEFINITIONS
from tests.support.no_drift_normalised import NORMALISED
from tests.support.no_drift_resources import ENVELOPE, GALLERIES
from tests.support.no_drift_sources import CONTENTS
from tests.support.no_drift_versions import PUBLISHING
from tests.support.workbench import Workbench, workbench, writes

FACTS = Path(__file__).parents[2] / "docs" / "azure.md"
ROWS = (*ENVELOPE, *GALLERIES, *DEFINITIONS, *PUBLISHING, *CONTENTS, *NORMALISED)
STATES = {Kind.GALLERY: "2.2/3", Kind.IMAGE_DEFINITION: "2.3/17", Kind.IMAGE_VERSION: "2.4/33"}


def cases(part: str = "") -> list[Any]:
    """Every row, or every entry of a part of it, by the fact's id, the kind and a number."""
    seen: Counter[str] = Counter()
    found = []
    for row in ROWS:
        for entry in getattr(row, part) if part else (None,):
            name = f"{row.fact}-{row.kind}"
            seen[name] += 1
            found.append(pytest.param(row, *([entry] if part else []), id=f"{name}-{seen[name]}"))
    return found


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with workbench(tmp_path_factory.mktemp("rows"), limits=Limits(galleries=1000)) as bench:
        bench.scopes = ()
        yield Ground(bench)


@pytest.mark.parametrize("row", cases())
def test_what_azure_makes_of_it_is_no_difference(ground: Ground, row: Row) -> None:
    ground.lay(row)

    assert not missing(row.answered, ground.answer(row))
    assert not disturbances(ground.bench.plan())


@pytest.mark.parametrize(("row", "fragment"), cases("same"))
def test_the_same_in_other_words_is_no_difference(ground: Ground, row: Row, fragment: dict[str, Any]) -> None:
    ground.lay(row)
    ground.declare(row, fragment)

    assert not disturbances(ground.bench.plan())


@pytest.mark.parametrize(("row", "change"), cases("answers"))
def test_the_same_in_azures_other_words_is_no_difference(ground: Ground, row: Row, change: Answer) -> None:
    ground.lay(row)

    assert not disturbances(ground.plan_of_answer(row, change))


@pytest.mark.parametrize(("row", "other"), cases("other"))
def test_a_really_different_value_is_a_difference(ground: Ground, row: Row, other: tuple[dict[str, Any], str]) -> None:
    fragment, path = other
    ground.lay(row)
    ground.declare(row, fragment)

    assert path in differences(ground.bench.plan())


@pytest.mark.parametrize(("row", "drifted"), cases("drifted"))
def test_a_really_different_answer_is_a_difference(ground: Ground, row: Row, drifted: tuple[Answer, str]) -> None:
    change, path = drifted
    ground.lay(row)

    assert path in differences(ground.plan_of_answer(row, change))


@pytest.mark.parametrize(("row", "fragment"), cases("own"))
def test_what_only_azure_writes_cannot_be_declared(ground: Ground, row: Row, fragment: dict[str, Any]) -> None:
    assert {"read-only-field", "unknown-key"} & ground.findings(row, fragment)


@pytest.mark.parametrize("state", ["Creating", "Updating", "Deleting", "Migrating"])
@pytest.mark.parametrize("kind", STATES, ids=STATES.get)
def test_what_is_in_flight_is_waited_for_and_no_difference(ground: Ground, kind: Kind, state: str) -> None:
    row = next(row for row in ROWS if row.fact == STATES[kind])
    address = ground.lay(row)

    plan = ground.plan_of_answer(row, *told("provisioningState", state))

    assert {action.verb for action in plan.actions if action.address == address} == {Verb.WAIT}
    assert (writes(plan), plan.refusals) == ([], ())


def test_a_list_in_capitals_is_no_difference_and_another_group_is(bench: Workbench) -> None:  # 3.8/17
    text = ESTATE.replace("{name: corp}", "{name: corp, resourceGroup: rg-Mixed}")
    bench.scopes = ()
    bench.write(text)
    bench.apply()
    group = bench.live("/galleries/corp")["id"].split("/providers/")[0]
    assert group.endswith("/resourceGroups/rg-Mixed")
    (listed,) = bench.gateway.get(f"{group}/providers/Microsoft.Compute/galleries").body["value"]
    assert "/resourceGroups/RG-MIXED/" in listed["id"]

    for spelt in ("rg-Mixed", "rg-mixed", "RG-MIXED"):
        bench.write(text.replace("rg-Mixed", spelt))
        assert not disturbances(bench.plan())

    bench.write(text.replace("rg-Mixed", "rg-mixed2"))
    assert {verb for verb, _ in writes(bench.plan())} == {"create"}


def test_indented_answers_and_compact_lists_are_the_same(bench: Workbench) -> None:  # 3.8/19
    bench.write(ESTATE)
    bench.apply()
    body = bench.live("/galleries/corp")
    headers = {"Authorization": f"Bearer {bench.emulator.token}"}

    def raw(path: str) -> requests.Response:
        url = f"{bench.emulator.base_url}{path}?api-version={bench.gateway.api_version}"
        return requests.get(url, headers=headers, timeout=10)

    single, several = raw(body["id"]), raw(body["id"].rpartition("/")[0])

    assert b'{\r\n  "name"' in single.content
    assert int(single.headers["Content-Length"]) == len(single.content)
    assert b"\r\n" not in several.content
    assert not disturbances(bench.plan())


@pytest.mark.parametrize("place", ["/galleries/corp", "/images/ubuntu", "/versions/1.0.0"])
def test_a_field_nobody_knows_is_no_difference_and_survives_an_update(bench: Workbench, place: str) -> None:  # 3.8/20
    bench.write(ESTATE)
    bench.apply()
    kind = {"/galleries/corp": Kind.GALLERY, "/images/ubuntu": Kind.IMAGE_DEFINITION}.get(place, Kind.IMAGE_VERSION)
    body = bench.live(place)
    new = {"newerThanUs": {"Deep": [1, {"y": "z"}], "on": True}}
    sent = {**body, **new, "properties": {**body["properties"], **new}}
    assert bench.gateway.put(kind, body["id"], sent).ok
    assert not disturbances(bench.plan())

    bench.write(ESTATE.replace("kind: Gallery\n", "kind: Gallery\npolicy: {protect: true}\n"))
    assert [verb for verb, _ in writes(bench.plan())] == ["update"] * 4, "the mark of protection on each"
    bench.apply()

    assert not missing({"properties": new}, bench.live(place))
    assert not disturbances(bench.plan())


@pytest.mark.parametrize(
    ("doubts", "place", "filled"),
    [
        pytest.param(Doubts(default_generation="V1"), "/images/d", {"hyperVGeneration": "V1"}, id="3.8/13-V1"),
        pytest.param(Doubts(default_generation="V2"), "/images/d", {"hyperVGeneration": "V2"}, id="3.8/13-V2"),
        pytest.param(Doubts(default_security="never"), "/images/d", {"osType": "Linux"}, id="3.8/14-never"),
        pytest.param(Doubts(list_group_case="as_created"), "/images/d", {"osType": "Linux"}, id="3.8/17-as-created"),
        pytest.param(
            Doubts(region_removal_default=True),
            "/versions/1.0.0",
            {"safetyProfile": {"allowDeletionOfReplicatedLocations": True}},
            id="2.4/25-true",
        ),
    ],
)
def test_at_the_other_end_of_a_doubt_what_azure_fills_in_is_no_difference(
    tmp_path: Path, doubts: Doubts, place: str, filled: dict[str, Any]
) -> None:
    with workbench(tmp_path, doubts=doubts) as bench:
        bench.write(BARE)
        bench.apply()

        assert not missing({"properties": filled}, bench.live(place))
        assert not disturbances(bench.plan())

        bench.write(BARE.replace("{osType: Linux,", "{osType: Linux, hyperVGeneration: V1, architecture: Arm64,"))
        assert "architecture" in differences(bench.plan())


BARE = """
apiVersion: gallery-reconciler/v1
kind: Gallery
metadata: {name: g}
spec: {location: westeurope, softDeletePolicy: {isSoftDeleteEnabled: true}}
images:
  - metadata: {name: d}
    spec: {osType: Linux, identifier: {publisher: Corp, offer: Offer, sku: Sku}}
    versions:
      - metadata: {name: 1.0.0}
        spec:
          storageProfile:
            source: {id: /subscriptions/0/resourceGroups/b/providers/Microsoft.Compute/images/a}
"""


def test_every_row_of_the_facts_has_a_case_that_can_fail() -> None:
    text = FACTS.read_text(encoding="utf-8")
    written = set(re.findall(r"^\| `((?:2\.[1-4]|3\.8)/\d+)` ", text, re.MULTILINE))
    assert len(written) > 80
    assert "### 2.5 " in text
    expected = {*written, "2.5"}

    assert {row.fact for row in ROWS} == expected
    assert {row.fact for row in ROWS if row.answered or row.answers} == expected
    assert {row.fact for row in ROWS if row.other or row.drifted or row.own} == expected
