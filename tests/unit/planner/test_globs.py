"""What patterns over addresses and field paths name, and what they do not."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.address import Access, Address
from reconciler.planner.globs import covers_address, names_address, names_word, paths_named
from reconciler.settings.field_path import path_parts

GALLERY = Address("s", "rg-images", "Corp")
IMAGE = Address("s", "rg-images", "Corp", "ubuntu")
VERSION = Address("s", "rg-images", "Corp", "ubuntu", "1.0.0")
GRANT = Address("s", "rg-images", "Corp", "ubuntu", None, Access("Reader", "p"))
ALL = {"gallery": GALLERY, "image": IMAGE, "version": VERSION, "grant": GRANT}


@pytest.mark.parametrize(
    ("pattern", "named", "covered"),
    [
        ("rg-images/corp", "gallery", "gallery image version grant"),
        ("RG-Images/CORP/Ubuntu/", "image", "image version grant"),
        ("s/rg-images/corp/ubuntu", "image", "image version grant"),
        ("rg-images/corp/*", "image", "image"),
        ("rg-images/*", "gallery", "gallery"),
        ("rg-images/corp/**", "image version grant", "image version grant"),
        ("**/1.0.0", "version", "version"),
        ("**/ubuntu", "image", "image"),
        ("rg-images/**/corp", "gallery", "gallery"),
        ("**@Reader=*", "grant", "grant"),
        ("rg-images/corp/ubuntu@reader=p", "grant", "grant"),
        ("rg-images/corp/ubuntu/1?0.0", "version", "version"),
        ("**", "gallery image version grant", "gallery image version grant"),
        ("corp", "", ""),
        ("rg.images/corp", "", ""),
    ],
)
def test_an_address_pattern_names_what_it_says(pattern: str, named: str, covered: str) -> None:
    assert [name for name, one in ALL.items() if names_address(pattern, one)] == named.split()
    assert [name for name, one in ALL.items() if covers_address(pattern, one)] == covered.split()


BODY = {
    "location": "westeurope",
    "tags": {"owner": "a", "cost.center": "b", "Team": "c"},
    "publishingProfile": {
        "excludeFromLatest": True,
        "targetRegions": {"[westeurope]": {"excludeFromLatest": False}, "[westus2]": {"name": "westus2"}},
    },
}
REGIONS = ("publishingProfile", "targetRegions")


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("tags.owner", [("tags", "owner")]),
        ("Tags.TEAM", [("tags", "Team")]),
        ("tags.cost.center", [("tags", "cost.center")]),
        ("tags.*", [("tags", "owner"), ("tags", "cost.center"), ("tags", "Team")]),
        ("tags", [("tags",)]),
        ("publishingProfile.targetRegions[*].excludeFromLatest", [(*REGIONS, "[westeurope]", "excludeFromLatest")]),
        ("publishingProfile.targetRegions[West US 2]", [(*REGIONS, "[westus2]")]),
        ("publishingProfile.targetRegions[*]", [(*REGIONS, "[westeurope]"), (*REGIONS, "[westus2]")]),
        ("publishingProfile.targetRegions.*", []),
        ("*.excludeFromLatest", [("publishingProfile", "excludeFromLatest")]),
        ("excludeFromLatest", []),
        ("tags.owner.more", []),
    ],
)
def test_a_field_pattern_names_what_it_says(pattern: str, paths: list[tuple[str, ...]]) -> None:
    assert list(paths_named(path_parts(pattern), (BODY,))) == paths


@pytest.mark.parametrize("pattern", ["", ".", "a.", ".a", "a..b", "[a]", "a[", "a]", "a[b]c", "a[]", "a[b].[c]"])
def test_what_is_no_field_path_has_no_parts(pattern: str) -> None:
    assert path_parts(pattern) == ()


MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/@]*", "?": "[^/@]"}


@given(st.text("a/@*?\n", max_size=7), st.text("a/@\n", max_size=7))
def test_a_pattern_means_what_a_regular_expression_would(pattern: str, text: str) -> None:
    trimmed = pattern.strip("/")
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", trimmed)
    wanted = re.compile("".join(MEANING.get(part, re.escape(part)) for part in parts), re.DOTALL)

    assert names_address(pattern, Address("s", "g", text)) == any(
        wanted.fullmatch(spelling) is not None for spelling in (f"g/{text}", f"s/g/{text}")
    )


@given(st.text("ab/@*?\n", max_size=7), st.text("ab/@\n", max_size=7))
def test_in_a_word_nothing_stops_a_star(pattern: str, word: str) -> None:
    wanted = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")

    assert names_word(pattern, word) == (re.fullmatch(wanted, word, re.DOTALL) is not None)


@contextmanager
def soon() -> Iterator[None]:
    """Ends with an error what tries one way after another: that would take longer than the world lasts."""
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(10)
    try:
        yield
    except KeyboardInterrupt:
        pytest.fail("it takes more than its length times the text's")
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("part", ["*a", "**a", "**/a", "*a?", "a*a**"])
def test_no_pattern_takes_for_ever(part: str) -> None:
    name = "a" * 80

    with soon():
        assert not names_address(part * 40 + "b", Address("s", name, name, name, name))
        assert not names_word(part * 40 + "b", name * 10)
        assert not list(paths_named((part * 40 + "b",), ({name * 10: 1},)))
