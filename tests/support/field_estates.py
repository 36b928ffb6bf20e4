"""One gallery with everything above a kind, and one field of that kind changed."""

from __future__ import annotations

import json
from typing import Any

from reconciler.model.address import Kind
from tests.support import field_samples as samples

TABLES = {
    Kind.GALLERY: (samples.GALLERY_BASE, samples.GALLERY),
    Kind.IMAGE_DEFINITION: (samples.DEFINITION_BASE, samples.DEFINITION),
    Kind.IMAGE_VERSION: (samples.VERSION_BASE, samples.VERSION),
    Kind.ROLE_ASSIGNMENT: (samples.ACCESS_BASE, samples.ACCESS),
}


def lay(base: dict[str, Any], fragment: dict[str, Any]) -> dict[str, Any]:
    """A fragment laid over a spec; a storage profile counts as a whole, because a version has one source."""
    result = dict(base)
    for key, value in fragment.items():
        inner = result.get(key)
        nested = isinstance(inner, dict) and isinstance(value, dict) and key != "storageProfile"
        result[key] = lay(inner, value) if nested and isinstance(inner, dict) else value
    return result


def declared(kind: Kind, fragment: dict[str, Any], policy: dict[str, Any] | None = None) -> str:
    """A stream that declares one resource of the kind, with the fragment laid over its base spec."""
    base, _ = TABLES[kind]
    spec = lay(base, fragment)
    gallery: dict[str, Any] = {
        "apiVersion": "gallery-reconciler/v1",
        "kind": "Gallery",
        "metadata": {"name": "g"},
        "policy": policy or {},
        "spec": spec if kind is Kind.GALLERY else samples.GALLERY_BASE,
    }
    if kind is Kind.ROLE_ASSIGNMENT:
        gallery["access"] = [spec]
    if kind in (Kind.IMAGE_DEFINITION, Kind.IMAGE_VERSION):
        image: dict[str, Any] = {
            "metadata": {"name": "d"},
            "spec": spec if kind is Kind.IMAGE_DEFINITION else samples.DEFINITION_BASE,
        }
        if kind is Kind.IMAGE_VERSION:
            image["versions"] = [{"metadata": {"name": "1.0.0"}, "spec": spec}]
        gallery["images"] = [image]
    return json.dumps(gallery)
