"""A plan as a comment: whatever anybody named anything, it stays text, within its bytes, the dangerous first."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reconciler.model.address import Address
from reconciler.model.diagnostic import Origin
from reconciler.model.plan import Action, Change, Plan, Reason, Refusal, Source, Target, Undeclared, Verb
from reconciler.model.state import Unread
from reconciler.render.plan_markdown import LEAST, plan_markdown
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
