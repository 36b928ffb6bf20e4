"""Overrides are written into a plan as flags, and read back from it as they were given."""

from __future__ import annotations

import pytest

from reconciler.planner.options import Options

LIFTED = Options(
    instance="mine",
    prune=True,
    adopt=frozenset({"g/corp", "g/corp/ubuntu"}),
    allow_empty=True,
    allow_deletes=12,
    allow_protected=frozenset({"g/corp/ubuntu/1.0.0", "g/corp/win"}),
    allow_last_version=frozenset({"g/corp/win/1.0.0"}),
)
FLAGS = (
    "--adopt g/corp",
    "--adopt g/corp/ubuntu",
    "--allow-empty",
    "--allow-deletes 12",
    "--allow-protected g/corp/ubuntu/1.0.0",
    "--allow-protected g/corp/win",
    "--allow-last-version g/corp/win/1.0.0",
)


def test_overrides_are_flags() -> None:
    assert LIFTED.overrides == FLAGS
    assert Options(instance="mine").overrides == ()


@pytest.mark.parametrize("flags", [FLAGS, (), *((flag,) for flag in FLAGS)], ids=str)
def test_the_way_back_lifts_what_was_lifted_and_nothing_else(flags: tuple[str, ...]) -> None:
    plain = Options(instance="mine", prune=True)
    assert plain.lifting(flags).overrides == flags
    assert LIFTED.lifting(flags).overrides == flags
    assert plain.lifting(flags).lifting(()) == plain


@pytest.mark.parametrize("flag", ["--allow-deletes", "--allow-deletes x", "--allow-deletes -1", "--allow-deletes ²"])
def test_a_number_that_is_none_lifts_nothing(flag: str) -> None:
    assert LIFTED.lifting((flag,)).allow_deletes is None


def test_an_address_may_hold_a_space() -> None:
    assert LIFTED.lifting(("--adopt g/corp@Role One=p",)).adopt == {"g/corp@Role One=p"}
