"""A field newer than us is written where it was declared, and disturbs nothing beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.kinds.scalars import FoldedText
from reconciler.model.state import DesiredResource
from reconciler.planner.bodies import declared_body, merged_body, new_body
from tests.support.estates import GALLERY
from tests.support.random_estates import OPTIONS, desired_of


def gallery(**unchecked: Any) -> DesiredResource:
    (resource,) = desired_of(GALLERY).resources.values()
    return replace(resource, unchecked={path.replace("__", "."): value for path, value in unchecked.items()})


@pytest.mark.parametrize(
    ("live", "after"),
    [
        ({}, {"newer": {"size": 7}}),
        ({"newer": {"size": 1, "color": "red"}}, {"newer": {"size": 7, "color": "red"}}),
        ({"newer": {"size": 7, "color": "red"}}, {"newer": {"size": 7, "color": "red"}}),
        ({"newer": "odd"}, {"newer": {"size": 7}}),
        ({"newer": None}, {"newer": {"size": 7}}),
        ({"newer": {"size": 7.0}}, {"newer": {"size": 7}}),
    ],
)
def test_a_field_below_an_unknown_one_is_set_and_its_neighbours_stay(live: Any, after: Any) -> None:
    body = merged_body(gallery(newer__size=7), {"location": "westeurope", **live})

    assert body["newer"] == after["newer"]
    assert body["location"] == "westeurope"


def test_what_is_equal_in_any_case_keeps_its_spelling() -> None:
    assert str.__eq__(merged_body(gallery(newer="x"), {"newer": FoldedText("X")})["newer"], "X")
    assert merged_body(gallery(newer="x"), {"newer": "y"})["newer"] == "x"
    assert merged_body(gallery(newer=None), {"newer": "x"})["newer"] is None
    assert "newer" in merged_body(gallery(newer=None), {})


def test_fields_newer_than_us_are_part_of_what_is_made_and_of_what_is_declared() -> None:
    resource = gallery(newer__size=7, newer__color="red")

    assert new_body(resource, OPTIONS)["newer"] == {"size": 7, "color": "red"}
    assert declared_body(resource)["newer"] == {"size": 7, "color": "red"}
    assert "newer" not in resource.body
