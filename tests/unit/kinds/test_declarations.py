"""A field that declares too little is refused while the kinds are loaded, and a choice is spelt as Azure spells it."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from reconciler.kinds.gallery import GallerySpec
from reconciler.kinds.rules import updatable
from reconciler.kinds.scalars import spelling
from reconciler.kinds.shape import shape_of


class Ruleless(GallerySpec):
    """A gallery with a field of which nobody says whether it may change."""

    lab: str | None = None


class Formless(GallerySpec):
    """A gallery with a field that has no canonical form."""

    lab: Annotated[str | None, updatable("8/1")] = None


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
