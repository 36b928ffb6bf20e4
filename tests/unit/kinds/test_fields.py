"""What every field declares, what every type takes and makes of it: as it was; `RENEW_GOLDEN=1` writes it anew.

The kinds are loaded afresh within the test: what they declare is decided while they are loaded.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from reconciler.model.address import Kind
from tests.support.workbench import SUB

HERE = Path(__file__).parent / "declared"
COMPUTE = f"/subscriptions/{SUB}/resourceGroups/rg/providers/Microsoft.Compute"
SAMPLES: tuple[Any, ...] = (
    *("", "a", "West Europe", " west EUROPE2", "westeurope", "we_st", "we", "2west", "x" * 41),
    *("1", "+7", "-1", "1.5", "9" * 18, "9" * 19, "1e3", 0, 3, -2, 1.0, 1.5, True, False, None),
    *("true", "NO", "maybe", "on ", "t"),
    *("2027-06-30", "2027-06-30T10:00:00+02:00", "2027-06-30T10:00:00.1230000Z", "2027-06-30 10:00:00", "30.06.2027"),
    *(" 2027-06-30 ", "20270630", "2027-13-01", "2027-W26-3", "0001-01-01T00:00:00+10:00", "2027-06-30T00:00:00.00Z"),
    *("1.2.3", "1.2", "01.2.3", "1.2.3.4", "2147483647.0.0", "2147483648.0.0", "1.2.x", "0.0.0", "10.02.0"),
    *("NVMe, SCSI", "scsi,NVMe", "SCSI", "b ,A", "x,"),
    *("https://acc.blob.core.windows.net/c/a.vhd", "http://h", "ftp://h/a", "https:///a", "HTTPS://h", "https://h a"),
    *("0b2f6a52-7a5e-4c2c-9a55-0123456789AB", "{0b2f6a52-7a5e-4c2c-9a55-0123456789ab}", "0b2f6a52"),
    f"{COMPUTE}/images/a",
    f"{COMPUTE}/IMAGES/A",
    f"{COMPUTE}/images/a/b",
    f"{COMPUTE}/disks/d",
    f"{COMPUTE}/snapshots/s",
    f"{COMPUTE}/virtualMachines/v",
    f"{COMPUTE}/diskEncryptionSets/e",
    f"{COMPUTE}/galleries/g/images/i/versions/1.0.0",
    f"{COMPUTE}/galleries/g/images/i",
    COMPUTE.replace("Microsoft.Compute", "Microsoft.Storage/storageAccounts/acc"),
    COMPUTE.replace("Microsoft.Compute", "Microsoft.ClassicStorage/storageAccounts/acc"),
    COMPUTE.replace("Microsoft.Compute", "Microsoft.ClassicCompute/virtualMachines/v"),
    *("/communityGalleries/g/images/i/versions/1.0.0", "/CommunityGalleries/g/Images/i", "/subscriptions/x"),
    *("/providers/Microsoft.Authorization/roleDefinitions/r", "subscriptions/x/y", ["a"], {"a": 1}),
)


@contextmanager
def loaded_afresh() -> Iterator[None]:
    """Load the kinds once more, and put the ones that everybody else uses back at the end."""
    kept = {name: module for name, module in sys.modules.items() if name.startswith("reconciler.kinds")}
    package = sys.modules["reconciler"]
    for name in kept:
        del sys.modules[name]
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name.startswith("reconciler.kinds")]:
            del sys.modules[name]
        sys.modules.update(kept)
        package.kinds = kept["reconciler.kinds"]  # type: ignore[attr-defined]


def fields_of(kind: Kind) -> Iterator[str]:
    """Every field of a kind: where it is, what it is, and its rule."""
    registry = importlib.import_module("reconciler.kinds.registry")
    shape = importlib.import_module("reconciler.kinds.shape")
    root = registry.rules_of(kind).shape
    waiting = [("", root)]
    while waiting:
        at, node = waiting.pop(0)
        yield f"{at or kind.value}: {described(node)} key={shape.key_fields(node)}"
        if isinstance(node, shape.Record):
            for name, slot in node.slots.items():
                path = (*filter(None, at.split(".")), name)
                yield f"  {slot.path}: {slot.field}"
                yield f"  at {path}: {shape.rule_at(root, path) == slot.field} {shape.clearable(root, path)}"
                waiting.append((".".join(path), slot.node))
        elif (entry := shape.below(node, "[x]")) is not None:
            waiting.append((f"{at}.[x]", entry))
    yield f"leaves: {' '.join(slot.path for slot in shape.leaves(root))}"


def described(node: Any) -> str:
    """A node without what lies below it."""
    parts = {name: getattr(node, name) for name in type(node).__slots__ if name not in {"slots", "item", "value"}}
    if "form" in parts:
        form = parts.pop("form")
        parts |= {"form": form.name, "json": form.json, "pattern": form.pattern and form.pattern.pattern}
    if parts.get("as_text") is not None:
        parts["as_text"] = parts["as_text"].pattern
    return f"{type(node).__name__} {parts}"


def form_of(scalar: Any) -> Any:
    """The form of an annotated type, None where it has none and is no type of ours."""
    return next((entry for entry in getattr(scalar, "__metadata__", ()) if type(entry).__name__ == "Form"), None)


def values_of(name: str, scalar: Any) -> Iterator[str]:
    """What a type takes, and the canonical form of everything, taken or not; samples that fare alike stand together."""
    form = form_of(scalar)
    adapter = TypeAdapter(scalar)
    yield f"=== {name}: {form.name}, {form.json}, {form.pattern and form.pattern.pattern}"
    alike: dict[str, list[str]] = {}
    for sample in SAMPLES:
        canonical = form.canonical(sample)
        matched = bool(form.pattern and isinstance(sample, str) and form.pattern.fullmatch(sample))
        fate = f"canonical {canonical!r} {type(canonical).__name__}, {'match, ' * matched}{taken(adapter, sample)}"
        alike.setdefault(fate.replace(repr(sample), "IT").replace(f"“{sample}”", "“IT”"), []).append(repr(sample))
    for fate, samples in alike.items():
        yield f"{' | '.join(samples)}\n    {fate}"


def taken(adapter: TypeAdapter[Any], sample: object) -> str:
    """The value that a type makes of a sample, or everything that it says against it."""
    try:
        return f"taken as {adapter.validate_python(sample)!r}"
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return "; ".join(f"{one['type']}: {one['msg']} {one.get('ctx', {})}" for one in found)


def kept(name: str, today: str) -> str:
    """What was kept under a name; today's words where they are to be written anew."""
    path = HERE / f"{name}.txt"
    if "RENEW_GOLDEN" in os.environ:
        HERE.mkdir(exist_ok=True)
        path.write_text(today, encoding="utf-8")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", list(Kind))
def test_every_field_declares_what_it_did(kind: Kind) -> None:
    with loaded_afresh():
        today = "\n".join(fields_of(kind)) + "\n"

    assert today == kept(kind.value, today)


def test_every_type_takes_what_it_did_and_makes_the_same_of_it() -> None:
    with loaded_afresh():
        scalars = vars(importlib.import_module("reconciler.kinds.scalars"))
        named = {name: value for name, value in scalars.items() if form_of(value) is not None}
        today = "\n".join(line for name, scalar in named.items() for line in values_of(name, scalar)) + "\n"

    assert today == kept("Values", today)


def test_loading_afresh_leaves_the_kinds_that_others_use_alone() -> None:
    before = sys.modules["reconciler.kinds.shape"]
    with loaded_afresh():
        assert importlib.import_module("reconciler.kinds.shape") is not before

    assert importlib.import_module("reconciler.kinds.shape") is before
