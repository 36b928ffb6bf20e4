"""Nothing that the Azure SDK can write is missing from our kinds: its models are the checklist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from azure.mgmt.compute import models as compute

from reconciler.kinds.gallery import GallerySpec
from reconciler.kinds.registry import KINDS
from reconciler.kinds.shape import Keyed, Many, Record, Table, shape_of
from reconciler.model.address import Kind

MODELS = {
    Kind.GALLERY: compute.Gallery,
    Kind.IMAGE_DEFINITION: compute.GalleryImage,
    Kind.IMAGE_VERSION: compute.GalleryImageVersion,
}
ENVELOPE = {"id", "name", "type", "systemData"}


def rest_fields(model: type) -> dict[str, tuple[Any, str]]:
    """REST name → (field, annotation) of an SDK model and its bases."""
    found = {}
    for base in reversed(model.__mro__):
        for attribute, value in vars(base).items():
            if type(value).__name__ == "_RestField":
                name = value._rest_name_input or attribute
                found[name] = (value, str(base.__annotations__.get(attribute, "")))
    return found


def writable(model: type, prefix: str = "") -> Iterator[str]:
    """Dotted paths of every leaf a client may write."""
    for name, (field, annotation) in rest_fields(model).items():
        if field._visibility == ["read"] or (not prefix and name in ENVELOPE):
            continue
        path = prefix if name == "properties" and not prefix else f"{prefix}.{name}".lstrip(".")
        inner = [
            cls
            for word in re.findall(r"_models\.(\w+)", annotation)
            if isinstance(cls := getattr(compute, word, None), type) and rest_fields(cls)
        ]
        if inner:
            yield from writable(inner[0], path)
        else:
            yield path


def known(record: Record, prefix: str = "") -> Iterator[str]:
    """Dotted paths of every field the registry knows, lists and maps looked through."""
    for name, slot in record.slots.items():
        path = f"{prefix}.{name}".lstrip(".")
        yield path
        node: Any = slot.node
        while isinstance(node, Keyed | Many | Table):
            node = node.value if isinstance(node, Table) else node.item
        if isinstance(node, Record):
            yield from known(node, path)


@pytest.mark.parametrize("kind", list(MODELS))
def test_every_writable_rest_field_of_the_sdk_is_declared(kind: Kind) -> None:
    checklist = set(writable(MODELS[kind]))

    assert len(checklist) > 10
    assert checklist - set(known(KINDS[kind].shape)) == set()


def test_the_walk_sees_a_field_that_we_lack() -> None:
    class Smaller(GallerySpec):
        """A gallery without its description."""

    shape = shape_of(Smaller)
    slots = {name: slot for name, slot in shape.slots.items() if name != "description"}

    assert set(writable(compute.Gallery)) - set(known(replace(shape, slots=slots))) == {"description"}


def test_every_writable_field_of_a_role_assignment_is_declared() -> None:
    from azure.mgmt.authorization import models as authorization

    attributes = authorization.RoleAssignmentCreateParameters._attribute_map
    validation = authorization.RoleAssignmentCreateParameters._validation
    checklist = {
        entry["key"].removeprefix("properties.")
        for name, entry in attributes.items()
        if not validation.get(name, {}).get("readonly")
    }

    assert checklist - set(known(KINDS[Kind.ROLE_ASSIGNMENT].shape)) == set()
