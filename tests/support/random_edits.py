"""Random edits of manifests: what people do to an estate between two plans, valid or not.

An edit changes one thing: fields of one spec, a policy, or which children there are. What an edit makes invalid is no
edit: whoever draws one looks whether it still builds.
"""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from tests.support.random_estates import access, image
from tests.support.random_parts import Pen, gallery_spec, image_spec, version_spec

Document = dict[str, Any]

POLICIES: list[Document | None] = [
    None,
    {"onImmutableChange": "replace"},
    {"onImmutableChange": "refuse"},
    {"protect": True},
    {"onRemove": "abandon"},
    {"manage": "observe"},
    {"manage": "create-only"},
    {"onDrift": "report"},
]
SOFT_DELETE = [{"isSoftDeleteEnabled": True, "retentionPeriodInDays": 7}, {"isSoftDeleteEnabled": False}]


def edited(draw: st.DrawFn, documents: list[Document]) -> list[Document]:
    """The documents with one edit."""
    documents = copy.deepcopy(documents)
    if not documents:
        return documents
    gallery = draw(st.sampled_from(documents))
    pen = Pen(draw, True, gallery["metadata"]["name"])
    images = gallery["images"]
    kinds = ["gallery", "policy", "access", "soft delete", "new image"]
    kinds += ["image", "drop image", "new version", "image access"] if images else []
    versioned = [one for one in images if one["versions"]]
    kinds += ["version", "version", "drop version", "version policy"] if versioned else []
    match draw(st.sampled_from(kinds)):
        case "gallery":
            _mix(draw, gallery["spec"], gallery_spec(pen))
        case "policy":
            _set_policy(draw, draw(st.sampled_from([gallery, *images])))
        case "access":
            gallery["access"] = access(pen)
        case "soft delete":
            gallery["spec"]["softDeletePolicy"] = draw(st.sampled_from(SOFT_DELETE))
        case "new image":
            _add_image(draw, pen, images)
        case "drop image":
            images.remove(draw(st.sampled_from(images)))
        case "image":
            chosen = draw(st.sampled_from(images))
            name = chosen["metadata"]["name"]
            _mix(draw, chosen["spec"], image_spec(pen.below(name), int(name.removeprefix("image"))))
        case "image access":
            draw(st.sampled_from(images))["access"] = access(pen)
        case other:
            _edit_versions(draw, pen, draw(st.sampled_from(versioned or images)), other)
    return documents


def _edit_versions(draw: st.DrawFn, pen: Pen, chosen: Document, kind: str) -> None:
    below = pen.below(chosen["metadata"]["name"])
    if kind == "new version" or not chosen["versions"]:
        name = f"2.{draw(st.integers(0, 5))}.0"
        if name not in [one["metadata"]["name"] for one in chosen["versions"]]:
            chosen["versions"].append({"metadata": {"name": name}, "spec": version_spec(below.below(name))})
        return
    version = draw(st.sampled_from(chosen["versions"]))
    match kind:
        case "version":
            _mix(draw, version["spec"], version_spec(below.below(version["metadata"]["name"])))
        case "drop version":
            chosen["versions"].remove(version)
        case _:
            _set_policy(draw, version)


def _mix(draw: st.DrawFn, spec: Document, other: Document) -> None:
    """Some fields of another spec, or their absence."""
    for key in draw(st.lists(st.sampled_from(sorted({*spec, *other})), min_size=1, max_size=3, unique=True)):
        if key in other:
            spec[key] = other[key]
        else:
            spec.pop(key, None)


def _set_policy(draw: st.DrawFn, resource: Document) -> None:
    policy = draw(st.sampled_from(POLICIES))
    if policy is None:
        resource.pop("policy", None)
    else:
        resource["policy"] = policy


def _add_image(draw: st.DrawFn, pen: Pen, images: list[Document]) -> None:
    number = draw(st.integers(0, 3))
    if f"image{number}" not in [one["metadata"]["name"] for one in images]:
        images.append(image(pen.below(f"image{number}"), number))
