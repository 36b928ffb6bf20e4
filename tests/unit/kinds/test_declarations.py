"""A field that declares too little is refused while the kinds are loaded, and a choice is spelt as Azure spells it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import TypeAdapter

from reconciler.kinds.gallery import GallerySpec
from reconciler.kinds.rules import Merge, immutable, updatable
from reconciler.kinds.scalars import ANY_CASE, Text, spelling
from reconciler.kinds.shape import Keyed, Record, Spec, Table, shape_of


class Ruleless(GallerySpec):
    """A gallery with a field of which nobody says whether it may change."""

    lab: str | None = None


class Formless(GallerySpec):
    """A gallery with a field that has no canonical form."""

    lab: Annotated[str | None, updatable("8/1")] = None


class Inner(Spec):
    """What stands below a field that says it all."""

    lab: Text | None = None
    own: Annotated[Text | None, updatable("8/2")] = None


class Outer(GallerySpec):
    """A gallery with a list whose rule holds for everything in it."""

    labs: Annotated[
        list[Inner] | None,
        immutable("8/1", default=(), required=True, key=("lab",), unordered=True, merge=Merge.BY_KEY),
    ] = None
    named: Annotated[dict[str, Inner] | None, immutable("8/3")] = None


def test_what_has_no_rule_of_its_own_has_that_of_the_field_above_but_not_what_is_of_that_field_alone() -> None:
    above = shape_of(Outer).slots["labs"]

    assert isinstance(above.node, Keyed)
    assert isinstance(above.node.item, Record)
    assert above.node.item.slots["lab"].field == immutable("8/1", merge=Merge.BY_KEY)
    assert above.node.item.slots["own"].field == updatable("8/2")
    assert above.node.item.required == ()
    assert above.node.merge is Merge.BY_KEY
    named = shape_of(Outer).slots["named"].node
    assert isinstance(named, Table)
    assert isinstance(named.value, Record)
    assert named.value.slots["lab"].field == immutable("8/3")
    assert named.value.slots["lab"].path == "named.*.lab"


def test_what_is_read_is_a_choice_in_any_case() -> None:
    choice: TypeAdapter[str] = TypeAdapter(Annotated[Literal["User", "Group"], ANY_CASE])

    assert choice.validate_python("USER") == "User"
    with pytest.raises(ValueError, match="Input should be 'User' or 'Group'"):
        choice.validate_python("Device")


@pytest.mark.parametrize(
    ("model", "words"),
    [(Ruleless, "Ruleless.lab declares no rule"), (Formless, "lab has a type without a canonical form")],
)
def test_a_field_that_declares_too_little_is_a_mistake_of_ours(model: type[GallerySpec], words: str) -> None:
    with pytest.raises(TypeError) as caught:
        shape_of(model)

    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("value", "spelt"),
    [("LINUX", "Linux"), ("windows", "Windows"), ("BeOS", "BeOS"), (7, 7), (None, None), (["linux"], ["linux"])],
)
def test_a_choice_is_spelt_as_azure_spells_it_and_nothing_else_is_touched(value: Any, spelt: Any) -> None:
    assert spelling(("Linux", "Windows"))(value) == spelt
