"""A plan's text groups, counts and leaves out what it says it does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.address import Access, Address, Scope
from reconciler.model.impact import Latest
from reconciler.model.plan import Action, Plan, Verb
from reconciler.model.restriction import RuleUse
from reconciler.planner.document import plan_document
from reconciler.render.documents import as_json
from reconciler.render.paint import Page
from reconciler.render.plan_text import ReadFacts, plan_text
from reconciler.render.verdict_text import Occasion
from tests.golden.everything import CREATE, OWNED_ELSEWHERE, PLAN, SUB, address

FACTS = ReadFacts(1, 1, 0.1)
TEXT = plan_text(PLAN, FACTS, Page(200))


def test_all_steps_of_a_resource_stand_together() -> None:
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


def in_full(plan: Plan, width: int = 160, occasion: Occasion = Occasion.PLAN) -> str:
    return plan_text(plan, FACTS, Page(width), occasion)


def creating(*places: Address) -> Plan:
    """A plan that makes all of them, in the order in which they are named."""
    actions = tuple(Action(f"create {place.key}", place, Verb.CREATE, (), "made") for place in places)
    return replace(PLAN, actions=actions, refusals=(), unread=(), undeclared=(), latest=())


def test_parts_of_one_thing_stand_beside_each_other_whatever_the_order_of_the_work() -> None:
    reader = Access("Reader", "6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e6f")
    grouped = (
        address("rg", "a"),
        address("rg", "a", access=reader),
        address("rg", "a", "ubuntu"),
        address("rg", "a", "ubuntu", access=reader),
        address("rg", "a", "ubuntu", "1.9.0"),
        address("rg", "a", "ubuntu", "1.10.0"),
        address("rg", "a", "ubuntu-arm64"),
        address("rg", "b"),
        address("rg", "b", "ubuntu"),
    )
    worked = sorted(grouped, key=lambda each: (str(each.kind), each.key))

    heads = [line.split()[1] for line in in_full(creating(*worked)).split("\n") if line.startswith("+ ")]

    assert heads == [str(each) for each in grouped]


@pytest.mark.parametrize("width", [40, 80])
def test_a_sign_never_stands_alone_on_its_line(width: int) -> None:
    text = in_full(
        creating(address("rg-images-of-the-platform-team", "corp_images_of_everybody", "u" * 40, "1.0.0")), width
    )

    assert [line for line in text.split("\n") if line.strip() in ("+", "-", "~", "±", "=", "·", "!")] == []
    assert "+ rg-images-of-the-platform-team/" in text


def test_guards_that_were_lifted_stand_where_they_are_read() -> None:
    assert "guards lifted by hand: --adopt all\n" in TEXT
    assert "lifted" not in in_full(replace(PLAN, overrides=()))


def test_an_ignore_rule_that_names_nothing_is_told_with_its_reason() -> None:
    text = in_full(replace(PLAN, ignored=(), ignore_rules=(RuleUse(OWNED_ELSEWHERE, 0, 0),)))

    assert "  unused: tags.owner names no field of anything declared (the asset inventory writes it)\n" in text


def last_line(plan: Plan, occasion: Occasion) -> str:
    return in_full(plan, 200, occasion).rstrip("\n").rpartition("\n")[2]


def test_the_last_line_says_what_comes_of_it() -> None:
    going = replace(PLAN, refusals=(), unread=())
    partly = replace(PLAN, refusals=PLAN.refusals[1:], unread=())
    quiet = replace(going, actions=())

    assert last_line(PLAN, Occasion.PLAN) == (
        "Nothing will be done, because 2 refusals stand against it (MaxDeletes, Immutable) and 1 place could not be "
        "read: plan exits 1"
    )
    assert last_line(partly, Occasion.PLAN) == (
        "Nothing will be done, because 1 refusal stands against it (Immutable): plan exits 4; "
        "`apply --partial` would do the rest"
    )
    assert last_line(going, Occasion.PLAN) == (
        "Nothing is done yet, `apply` would do it all: plan exits 0, or 2 with --detailed-exitcode"
    )
    assert last_line(quiet, Occasion.PLAN).startswith("No changes. 1 unchanged · digest ")
    assert last_line(quiet, Occasion.PLAN).endswith(" · plan exits 0")


def test_in_front_of_an_apply_nothing_is_promised_that_does_not_come() -> None:
    partly = replace(PLAN, refusals=PLAN.refusals[1:], unread=())

    assert "Nothing will be done" in last_line(PLAN, Occasion.PARTIAL), "a refusal of the run is not lifted"
    assert last_line(partly, Occasion.PARTIAL) == "All but what is refused or unread will be done: apply exits 5"
    assert "digest" in last_line(replace(PLAN, refusals=(), unread=()), Occasion.APPLY)
    assert ": apply exits 4; " in last_line(partly, Occasion.APPLY)


def test_a_definition_is_told_apart_from_one_that_only_the_work_names() -> None:
    other = replace(CREATE, id="other", address=address("rg-images", "b", "ubuntu"))
    row = Latest(address("rg-images", "a", "ubuntu"), "uksouth", "", "1.0.0")

    alone = in_full(replace(PLAN, actions=(), latest=(row,)))
    two = in_full(replace(PLAN, actions=(other,), latest=(row,)))

    assert "latest   ubuntu  uksouth nothing → 1.0.0\n" in alone
    assert "latest   rg-images/a/ubuntu  uksouth nothing → 1.0.0\n" in two


def test_thousands_of_creates_are_each_shown_and_what_they_come_to_stays_short() -> None:
    many = [address("rg-images", f"g{n // 1000}", f"image-{n // 100:02}", f"1.{n}.0") for n in range(2000)]
    rows = tuple(Latest(place, "uksouth", "", "1.0.0") for place in {each.parent: each for each in many} if place)

    text = in_full(replace(creating(*many), latest=rows), 80)

    assert sum(line.startswith("+ ") for line in text.split("\n")) == 2000, "nothing is written that was not shown"
    assert "2000 to create" in text[-400:]
    assert text[text.index("latest   ") :].count("\n") < 40


def test_what_nobody_may_overlook_stands_above_the_counts() -> None:
    replaced = [
        Action(f"replace {step}", address("rg", "a", "ubuntu"), Verb.REPLACE, (), "again", hazard="it serves nothing")
        for step in range(2)
    ]

    assert "! 1 resource removed · 1 other change with a warning · latest lost in 1 region\n1 to create, " in TEXT
    text = in_full(replace(PLAN, actions=tuple(replaced), latest=()))
    assert "! 1 resource removed, 1 of them made again\n0 to create" in text
    gap = replace(replaced[0], verb=Verb.UPDATE)
    assert "! 1 change with a warning\n0 to create" in in_full(replace(PLAN, actions=(gap,), latest=()))
    assert "\n! " not in in_full(replace(creating(address("rg", "a")), refusals=()))


def test_a_count_is_not_torn_from_its_verb() -> None:
    for width in range(40, 90):
        lines = in_full(PLAN, width).split("\n")
        assert [line for line in lines if line.endswith((" to", " 1", " 2", ", 4")) and "to create" in line] == []


def test_addresses_carry_their_subscription_only_where_a_group_of_one_name_is_in_two() -> None:
    other = "00000000-0000-0000-0000-000000000002"
    apart = replace(PLAN.target, scopes=(Scope(SUB, "rg-images"), Scope(other, "rg-lab")))
    alike = replace(PLAN.target, scopes=(Scope(SUB, "rg-images"), Scope(other, "RG-images")))

    assert not PLAN.target.several_subscriptions
    assert not apart.several_subscriptions
    assert alike.several_subscriptions
    text = in_full(replace(PLAN, target=apart))
    assert "versions seen in northeurope (sub …0001) 8,120" in text, "each subscription has limits of its own"
    assert "(sub …0001)" not in in_full(PLAN)[200:]
