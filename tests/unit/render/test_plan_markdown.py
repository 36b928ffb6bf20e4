"""A plan as a comment: whatever anybody named anything, it stays text, within its bytes, the dangerous first."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic, Origin, Severity
from reconciler.model.impact import Latest, LimitLevel
from reconciler.model.plan import Action, Change, Hint, Plan, Reason, Refusal, Source, Target, Undeclared, Verb
from reconciler.model.restriction import Ignored, IgnoreRule, LeftOut, RuleUse, Selection
from reconciler.model.state import Unread
from reconciler.render.blocks import LEAST, fitted, joined
from reconciler.render.findings_markdown import failure_section
from reconciler.render.plan_markdown import plan_markdown, plan_section
from tests.golden.everything import PLAN
from tests.support.soak import FIXED_SEEDS, examples

FIXED = settings(
    derandomize=FIXED_SEEDS, max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
OUR_TAGS = {"details", "summary", "code", "b"}
ROW = re.compile(r"^\| .* \|$")
HOSTILE = [
    "@octocat please merge",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</details></code>",
    "[click](https://evil.example.com) ![x](https://evil.example.com/x.png)",
    "https://evil.example.com www.evil.example.com me@evil.example.com",
    "``` ```` `code` ~~~",
    "| a | b |",
    "# heading\n\n- list\n1. list\n---\n> quote",
    "**bold** __bold__ *i* ~~s~~ $x$ :smile: #1 GH-1 owner/repo#1",
    "&lt;b&gt; &#64;octocat &commat;octocat",
    "\x1b[31m\u202e\u200b\x00\r\n\t",
    "---",
    "===",
    "1. a",
    "    code",
    "\\@octocat \\<b>",
]
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60), st.text("@<>|`[]()#*_~!:&\\-=+1. \nwW", max_size=40))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in OUR_TAGS, tag
        assert attrs in ([], [("open", None)]), attrs
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)


def plan_of(words: list[str]) -> Plan:
    """A plan in which everything that anybody could name is one of these words."""

    def word(number: int) -> str:
        return words[number % len(words)]

    address = Address("s", word(0), word(1), word(2), word(3))
    change = Change((word(4), f"[{word(5)}]"), word(6), {word(7): word(8)}, "accepted", Origin(word(9), 1, 2))
    actions = tuple(
        Action(
            str(verb), address, verb, (Reason.DIFFERS,), word(10), (change,), hazard=word(11), origin=Origin(word(9))
        )
        for verb in Verb
    )
    apart = tuple(replace(each, address=replace(address, version=str(each.verb))) for each in actions)
    refusals = tuple(replace(each, message=word(12), ways_out=(word(13),)) for each in PLAN.refusals)
    named = Refusal(refusals[1].rule, refusals[1].level, (address,) * 9, word(1), (change,), (word(2),))
    return replace(
        PLAN,
        target=Target(word(14), word(0), word(1), PLAN.target.scopes),
        source=Source(word(2), word(3)),
        actions=(*actions, *apart),
        refusals=(*refusals, named),
        unread=(Unread(word(4), word(5), word(6), word(7), word(8)),),
        undeclared=(Undeclared(replace(address, image="other"), word(9), (), word(10)),),
        unowned=(address,),
        overrides=(f"--adopt {word(3)}",),
        hints=(Hint((address,), word(6)),),
        latest=(Latest(address, word(5), word(2), word(3)), Latest(address, word(7), word(2), "")),
        limits=tuple(replace(row, region=word(8)) for row in PLAN.limits),
        volumes=tuple(replace(row, region=word(9), storage_type=word(1)) for row in PLAN.volumes),
        ignored=(Ignored(IgnoreRule(word(1), word(2)), address, (word(3),), word(4), word(5)),),
        ignore_rules=(RuleUse(IgnoreRule(word(1), word(2), word(3), word(4)), 0, 0),),
        selection=Selection((word(1),), (word(2),), (address,), (LeftOut(address),)),
    )


def assert_harmless(text: str) -> None:
    tags = Tags()
    tags.feed(text)
    tags.close()
    assert tags.open == []
    for sign in ("@", "`", "[", "]", "://", "\\"):
        assert sign not in text.replace("`--partial`", ""), sign
    assert "www." not in text.lower()
    for line in text.split("\n"):
        assert "|" not in line or (ROW.match(line) and line.count("|") == 5), line
        assert not re.match(r" {4}|\t|[=>#~]|-{2,}$|\*{3}", line), line
    assert all(char.isprintable() or char == "\n" for char in text)


@FIXED
@given(st.lists(texts, min_size=1, max_size=15), st.integers(LEAST, 12_000))
@example([*HOSTILE], 60_000)
@example([*reversed(HOSTILE)], 60_000)
@example(["@" * 500], LEAST)
@example(["\U0010fffd" * 500], LEAST)
def test_no_text_of_anybody_becomes_markup_a_link_or_a_mention_and_the_budget_holds(
    words: list[str], budget: int
) -> None:
    text = plan_markdown(plan_of(words), budget)

    assert len(text.encode()) <= budget
    assert_harmless(text)


@pytest.mark.parametrize("word", HOSTILE)
def test_each_hostile_word_alone_stays_text(word: str) -> None:
    assert_harmless(plan_markdown(plan_of([word])))


def test_the_dangerous_comes_first() -> None:
    text = plan_markdown(PLAN)

    order = [
        text.index(mark)
        for mark in ("refused MaxDeletes", "unread", "delete</b>", "serves nothing", "drifted", "adopted", "create</b>")
    ]
    assert order[2:] == sorted(order[2:])
    assert order[0] < order[2]
    assert text.startswith("**2 refused, 1 unread: nothing would be written.** ")


def test_every_change_names_the_line_that_asks_for_it() -> None:
    assert "<code>images/ubuntu.yaml&#58;14&#58;7</code>" in plan_markdown(PLAN)


@pytest.mark.parametrize("budget", [LEAST, 5_000, 20_000, 60_000])
def test_what_is_left_out_is_counted_and_the_rest_adds_up(budget: int) -> None:
    address = PLAN.actions[0].address
    creates = tuple(
        Action(str(number), replace(address, image="i", version=f"1.{number}.0"), Verb.CREATE, (), "from images/a")
        for number in range(700)
    )
    plan = replace(PLAN, actions=(*PLAN.actions, *creates))

    text = plan_markdown(plan, budget)

    assert len(text.encode()) <= budget
    found = re.search(r"(\d+) of 701 creations", text)
    shown = text.count("create</b>")
    assert shown + int(found[1] if found else 0) == 701
    assert "refused Immutable" in text


def test_nothing_to_do_is_one_line() -> None:
    quiet = replace(PLAN, actions=PLAN.actions[-1:], refusals=(), unread=(), undeclared=(), unowned=())

    assert plan_markdown(quiet).startswith("**No changes.** 1 unchanged")


def test_a_signed_address_is_shown_without_its_signature() -> None:
    values: Any = plan_markdown(PLAN)

    assert "Zm9v" not in values


def plain(text: str) -> str:
    """Markdown as its page reads it."""
    return unescape(re.sub(r"<[^>]+>", "", text)).replace("\u200b", "")


def test_a_reviewer_sees_what_the_plan_leads_to() -> None:
    hint = Hint((PLAN.actions[0].address,), "this looks like a rename")
    unused = RuleUse(IgnoreRule("tags.x", "nobody knows"), 0, 0)
    text = plain(plan_markdown(replace(PLAN, hints=(hint,), ignore_rules=(*PLAN.ignore_rules, unused))))

    for words in (
        "guards lifted by hand: --adopt all",
        "partial by selection: --only rg-images/corp_images, --except **/rhel-9",
        "! lost: latest of rg-images/corp_images/debian-11 northeurope 1.0.0 → nothing",
        "latest of rg-images/corp_images/ubuntu-2404 northeurope, westeurope 1.4.0 → 1.5.0",
        "westeurope nothing → 3.0.0 (replication unknown)",
        "! limit: versions seen in northeurope 8,120 → 8,121 of 10,000, 81 % used",
        "limits: versions seen in westeurope 212 → 213 of 10,000",
        "storage: replicas +3 · stored +30 GB · of some versions the size is not known yet",
        "hint: this looks like a rename",
        "ignored by rule: rg-images/corp_images tags.owner (the asset inventory writes it): inventory stays, declared",
        "unused ignore rule: tags.x names no field of anything declared (nobody knows)",
    ):
        assert words in text, words


def test_what_is_lost_comes_before_what_is_only_done() -> None:
    text = plain(plan_markdown(PLAN))

    order = (
        "refused MaxDeletes",
        "- **unread**",
        "guards lifted",
        "partial by",
        "! lost",
        "- delete",
        "! limit",
        "+ create",
    )
    assert [text.index(mark) for mark in order] == sorted(text.index(mark) for mark in order)


@pytest.mark.parametrize("budget", [LEAST, 4_000, 60_000])
def test_losses_stay_in_the_smallest_comment(budget: int) -> None:
    address = PLAN.actions[0].address
    creates = tuple(
        Action(str(number), replace(address, image="i", version=f"1.{number}.0"), Verb.CREATE, (), "from images/a")
        for number in range(700)
    )
    plan = replace(PLAN, actions=creates, refusals=(), unread=())

    assert "nothing" in plain(plan_markdown(plan, budget))
    assert "guards lifted by hand" in plain(plan_markdown(plan, budget))
    assert any(row.level is LimitLevel.NEAR for row in plan.limits)


@pytest.mark.parametrize("budget", [LEAST, 3_000, 10_000, 200_000])
@pytest.mark.parametrize("count", [1, 2, 7, 90])
def test_several_targets_share_one_budget(count: int, budget: int) -> None:
    quiet = replace(PLAN, actions=PLAN.actions[-1:], refusals=(), unread=(), undeclared=(), unowned=())
    sections = [(f"t{n}", plan_section(PLAN if n % 2 else quiet)) for n in range(count)]
    sections[0] = ("t0", failure_section("the manifests cannot be used", "mend them", findings(40)))

    text = joined(sections, "targets: t0 invalid", budget)

    assert len(text.encode()) <= budget
    assert_harmless(re.sub(r"^## target ", "", text, flags=re.MULTILINE))
    assert text.endswith("\n\ntargets: t0 invalid\n")
    shown = text.count("## target ")
    assert shown == count or f"**{count - shown} more targets left out for length.**" in text
    assert text.count("**No changes.**") == sum(n % 2 == 0 for n in range(1, shown))


@pytest.mark.parametrize("word", [*HOSTILE, "@" * 500, "\U0010fffd" * 500])
def test_hostile_failures_of_several_targets_keep_to_the_budget(word: str) -> None:
    section = failure_section(word, word, findings(9, word))

    text = joined([(str(n), section) for n in range(5)], "targets: 0 invalid", LEAST)

    assert len(text.encode()) <= LEAST
    assert text.count("**No plan was made") == 5


def findings(count: int, word: str = "unknown field descripton") -> tuple[Diagnostic, ...]:
    places = [Origin(f"images/{word if n % 2 else 'a'}.yaml", n + 1, 3) for n in range(count)]
    return tuple(
        Diagnostic(place, "UnknownField", word, f"did you mean {word}?", [Severity.WARNING, Severity.ERROR][n % 2])
        for n, place in enumerate(places)
    )


def test_findings_stand_with_their_place_and_hint_the_most_severe_first() -> None:
    text = plain(fitted(failure_section("the manifests cannot be used", "", findings(4)), 60_000))

    assert text.startswith("**No plan was made: the manifests cannot be used** (2 errors, 2 warnings)\n")
    first = (
        "- error images/unknown field descripton.yaml:2:3 unknown field descripton (UnknownField) · hint: did you mean"
    )
    assert first in text
    assert text.rindex("- error") < text.index("- warning")


@pytest.mark.parametrize("budget", [LEAST, 9_000])
def test_findings_that_have_no_room_are_counted_and_errors_stay_longest(budget: int) -> None:
    text = fitted(failure_section("invalid", "", findings(600)), budget)

    assert len(text.encode()) <= budget
    shown = text.count("<b>error</b>")
    assert shown
    assert f"{300 - shown} of 300 errors, 300 of 300 warnings" in text


@pytest.mark.parametrize("word", HOSTILE)
def test_findings_about_hostile_text_stay_text(word: str) -> None:
    assert_harmless(fitted(failure_section(word, word, findings(3, word)), 60_000))
