"""A plan's text groups, counts and leaves out what it says it does."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model.impact import Latest
from reconciler.planner.document import plan_document
from reconciler.render.documents import as_json
from reconciler.render.paint import Page
from reconciler.render.plan_text import ReadFacts, plan_text
from tests.golden.everything import CREATE, PLAN, SUB, address

FACTS = ReadFacts(1, 1, 0.1)
TEXT = plan_text(PLAN, FACTS, Page(200))


def test_all_steps_of_a_resource_stand_together_where_it_first_appears() -> None:
    steps = [TEXT.index(words) for words in ("1. allow regions", "2. remove region northeurope", "3. add them again")]

    assert steps == sorted(steps)
    assert TEXT.count("corp_images/ubuntu-2404/1.4.0") == 1
    assert steps[-1] < TEXT.index("+ rg-images/corp_images/ubuntu-2404/1.5.0")


def test_the_summary_counts_resources_and_names_their_steps() -> None:
    assert "1 to create, 2 to update (4 steps), 1 to delete, 1 to adopt, 1 to wait" in TEXT


def test_a_delete_says_once_that_nobody_declares_it() -> None:
    (line,) = [line for line in TEXT.split("\n") if line.startswith("- rg-images/corp_images/debian-11/1.0.0")]

    assert line.endswith("delete  no longer declared")
    assert f"{line}\n\n" in TEXT


def test_what_is_refused_is_not_listed_again_as_undeclared() -> None:
    undeclared = TEXT.split("no longer declared, owned by this instance:")[1].split("\n\n")[0]

    assert "win-2022" not in undeclared
    assert "access remains" in undeclared


def test_what_is_nobodys_here_is_called_so() -> None:
    assert "in managed galleries, not declared and not this instance's:" in TEXT


def test_a_create_shows_everything_it_declares() -> None:
    for words in (
        "northeurope ×1 Standard_ZRS encrypted",
        "endOfLifeDate 2027-06-30T00:00:00Z",
        "excludeFromLatest true",
        "northeurope.encryption.osDiskImage.diskEncryptionSetId diskEncryptionSets/des-north",
        "osDiskImage.hostCaching ReadOnly",
        "tags team=platform",
    ):
        assert words in TEXT
    assert "reconciler.owner" not in TEXT


def test_a_new_definition_shows_features_identifier_and_description() -> None:
    body = {
        "description": "Golden Ubuntu",
        "identifier": {"publisher": "Corp", "offer": "Ubuntu", "sku": "lts"},
        "features": {"[SecurityType]": {"name": "SecurityType", "value": "TrustedLaunch"}},
        "osType": "Linux",
    }
    changes = tuple(replace(CREATE.changes[0], path=(key,), after=value) for key, value in body.items())
    action = replace(CREATE, address=address("rg-images", "corp", "ubuntu"), words="Linux", changes=changes)

    text = plan_text(replace(PLAN, actions=(action,)), FACTS, Page(160))

    assert 'description "Golden Ubuntu" · identifier Corp/Ubuntu/lts · features SecurityType=TrustedLaunch' in text
    assert "osType" not in text


def test_the_header_names_the_cloud_only_where_it_is_not_the_usual_one() -> None:
    usual = replace(PLAN, target=replace(PLAN.target, cloud="AzureCloud"))
    china = replace(PLAN, target=replace(PLAN.target, cloud="AzureChinaCloud"))

    assert "cloud" not in plan_text(usual, FACTS, Page(200)).split("\n")[0]
    assert "cloud AzureChinaCloud" in plan_text(china, FACTS, Page(200))
    assert "cloud emulator (x.sqlite)" in plan_text(PLAN, replace(FACTS, state="x.sqlite"), Page(200))


def test_a_plan_for_a_stream_without_unicode_is_json_still() -> None:
    text = as_json(plan_document(PLAN), plain_ascii=True)

    assert text.isascii()
    assert SUB in text


def test_a_lost_latest_comes_first_whatever_is_cut() -> None:
    many = tuple(Latest(address("rg-images", "corp", f"a{n}"), "westeurope", "1.0.0", "1.1.0") for n in range(30))
    lost = Latest(address("rg-images", "corp", "z"), "westeurope", "1.0.0", "")

    lines = plan_text(replace(PLAN, latest=(*many, lost)), FACTS, Page(100)).split("\n")

    at = next(number for number, line in enumerate(lines) if line.startswith("latest   "))
    assert lines[at] == "latest   ! z westeurope 1.0.0 → nothing"
    assert lines[at + 10].strip() == "and 21 more"


def test_regions_that_move_alike_stand_together_and_are_counted_where_they_are_many() -> None:
    image = address("rg-images", "corp", "ubuntu")
    few = tuple(Latest(image, f"region{n}", "1.0.0", "1.1.0") for n in range(2))
    many = tuple(Latest(image, f"region{n}", "1.0.0", "1.1.0") for n in range(6))
    stays = Latest(image, "uksouth", "1.0.0", "1.0.0")

    def text(*rows: Latest) -> str:
        return plan_text(replace(PLAN, latest=rows), FACTS, Page(160))

    assert "latest   ubuntu  region0, region1 1.0.0 → 1.1.0\n" in text(*few)
    assert "latest   ubuntu  all 6 regions 1.0.0 → 1.1.0\n" in text(*many)
    assert "latest   ubuntu  region0, region1, region2 and 3 more regions 1.0.0 → 1.1.0\n" in text(*many, stays)
    assert "latest" not in text(stays).replace("excludeFromLatest", "")


def test_definitions_of_one_name_are_told_apart() -> None:
    rows = tuple(Latest(address("rg-images", gallery, "ubuntu"), "uksouth", "", "1.0.0") for gallery in ("a", "b"))

    text = plan_text(replace(PLAN, latest=rows), FACTS, Page(160))

    assert "latest   rg-images/a/ubuntu  uksouth nothing → 1.0.0\n" in text
    assert "         rg-images/b/ubuntu  uksouth nothing → 1.0.0\n" in text


def test_a_plan_that_means_nothing_to_users_says_nothing_of_it() -> None:
    text = plan_text(replace(PLAN, latest=(), limits=(), volumes=()), FACTS, Page(160))

    assert not [line for line in text.split("\n") if line.startswith(("latest", "limits", "storage"))]
