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
    {"onImmutableChange": "replace"},
    {"onImmutableChange": "refuse"},
    {"protect": True},
    {"onRemove": "abandon"},
    {"manage": "observe"},
    {"manage": "create-only"},
    {"onDrift": "report"},
]
SUBSCRIPTIONS = [f"00000000-0000-0000-0000-0000000000a{number}" for number in range(4)]
GROUPS = st.lists(st.sampled_from(SUBSCRIPTIONS), max_size=3, unique=True).map(
    lambda ids: [{"type": "Subscriptions", "ids": ids}] if ids else []
)
SOFT_DELETE = [{"isSoftDeleteEnabled": True, "retentionPeriodInDays": 7}, {"isSoftDeleteEnabled": False}]


@st.composite
def beginnings(draw: st.DrawFn, documents: list[Document]) -> list[Document]:
    """The documents as an estate begins: some galleries are shared with groups, some resources may be replaced."""
    for gallery in documents:
        if draw(st.booleans()):
            gallery["policy"] = {"onImmutableChange": "replace"}
        if draw(st.booleans()):
            gallery["spec"]["sharingProfile"] = {"permissions": "Groups", "groups": draw(GROUPS)}
    return documents


@st.composite
def edits(draw: st.DrawFn, documents: list[Document]) -> list[Document]:
    """The documents with one edit."""
    documents = copy.deepcopy(documents)
    if not documents:
        return documents
    gallery = draw(st.sampled_from(documents))
    pen = Pen(draw, draw(st.integers(0, 2)) == 0, gallery["metadata"]["name"])
    images = [one for one in gallery["images"] if one["versions"]] or gallery["images"]
    level = draw(st.sampled_from(["gallery", "image", "version", "version"])) if images else "gallery"
    if level == "gallery":
        _edit_gallery(draw, pen, gallery)
    elif level == "image":
        _edit_image(draw, pen, gallery["images"])
    else:
        _edit_versions(draw, pen, draw(st.sampled_from(images)))
    return documents


def _edit_gallery(draw: st.DrawFn, pen: Pen, gallery: Document) -> None:
    kinds = ["spec", "policy", "access", "soft delete", "new image"]
    kinds += ["sharing", "sharing"] if (gallery["spec"].get("sharingProfile") or {}).get("groups") else []
    match draw(st.sampled_from(kinds)):
        case "spec":
            _mix(draw, gallery["spec"], gallery_spec(pen))
        case "policy":
            _set_policy(draw, gallery)
        case "access":
            gallery["access"] = access(pen)
        case "soft delete":
            gallery["spec"]["softDeletePolicy"] = draw(st.sampled_from(SOFT_DELETE))
        case "sharing":
            gallery["spec"]["sharingProfile"] = {"permissions": "Groups", "groups": draw(GROUPS)}
        case _:
            _add_image(draw, pen, gallery["images"])


def _edit_image(draw: st.DrawFn, pen: Pen, images: list[Document]) -> None:
    chosen = draw(st.sampled_from(images))
    name = chosen["metadata"]["name"]
    match draw(st.sampled_from(["spec", "spec", "policy", "access", "drop"])):
        case "spec":
            _mix(draw, chosen["spec"], image_spec(pen.below(name), int(name.removeprefix("image"))))
        case "policy":
            _set_policy(draw, chosen)
        case "access":
            chosen["access"] = access(pen)
        case _:
            images.remove(chosen)


def _edit_versions(draw: st.DrawFn, pen: Pen, chosen: Document) -> None:
    below = pen.below(chosen["metadata"]["name"])
    kind = draw(st.sampled_from(["spec", "spec", "regions", "drop", "new version", "policy"]))
    if kind == "new version" or not chosen["versions"]:
        name = f"2.{draw(st.integers(0, 5))}.0"
        if name not in [one["metadata"]["name"] for one in chosen["versions"]]:
            chosen["versions"].append({"metadata": {"name": name}, "spec": version_spec(below.below(name))})
        return
    version = draw(st.sampled_from(chosen["versions"]))
    match kind:
        case "spec":
            _mix(draw, version["spec"], version_spec(below.below(version["metadata"]["name"])))
        case "regions":
            publishing = version_spec(below.below(version["metadata"]["name"]))["publishingProfile"]
            version["spec"]["publishingProfile"]["targetRegions"] = publishing["targetRegions"]
        case "drop":
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
