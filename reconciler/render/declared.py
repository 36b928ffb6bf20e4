"""What a new resource will hold beyond its one line of words: every declared field, compact.

Apart from the plan's text because a reviewer of a create has no difference to read, only what is declared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from reconciler.kinds.paths import entry_name
from reconciler.kinds.version_checks import REGIONS
from reconciler.model.address import Kind
from reconciler.model.plan import Action, dotted
from reconciler.model.state import Path
from reconciler.planner.words import creation_detail
from reconciler.render.layout import cut
from reconciler.render.words import LONGEST, safe, value_words

OWNER: Final = "reconciler.owner"
WRAPPERS: Final = frozenset({"publishingProfile", "storageProfile", "safetyProfile"})
REGION_NAME: Final = frozenset({"name", "regionalReplicaCount"})
BARE: Final = re.compile(r"[\w.,:+/@-]+")
SHORT_ID: Final = 2
ROLE: Final = frozenset({"principalId", "principalType", "roleDefinitionId"})
TOLD: Final = {
    Kind.GALLERY: frozenset({"location"}),
    Kind.IMAGE_DEFINITION: frozenset({"osType", "osState", "hyperVGeneration", "architecture"}),
    Kind.IMAGE_VERSION: frozenset[str](),
    Kind.ROLE_ASSIGNMENT: ROLE,
}


def creation_line(action: Action) -> str:
    """What the resource will be, each region with its storage type and whether it is encrypted."""
    words = _told(action)
    for key, region in _regions(action):
        extra = [str(region["storageAccountType"])] if region.get("storageAccountType") else []
        extra += ["encrypted"] if region.get("encryption") else []
        if extra:
            seen = re.compile(rf"(?<![\w-]){re.escape(key)} ×\d+")
            words = seen.sub(" ".join([r"\g<0>", *extra]), words, count=1)
    return safe(words)


def _told(action: Action) -> str:
    return creation_detail(action.address, {str(change.path[0]): change.after for change in action.changes})


def declared_items(action: Action) -> Iterator[str]:
    """`name value` of every declared field that the words leave out; the owner tag is no declaration."""
    body = {change.path: change.after for change in action.changes if change.after is not None}
    source = _source(body)
    for path, value in body.items():
        name = str(path[0])
        if len(path) == 1 and name in TOLD[action.address.kind]:
            continue
        if name == "tags":
            yield from _tags(path, value)
        elif name == "features":
            yield from _features(value)
        elif name == "identifier" and isinstance(value, Mapping):
            yield cut(safe(f"identifier {'/'.join(str(part) for part in value.values())}"), LONGEST)
        else:
            for leaf, worth in _leaves(path, value):
                if leaf[: len(source)] != source and not _region_told(action, leaf):
                    yield cut(f"{safe(_name(leaf))} {_worth(worth)}", LONGEST)


def _regions(action: Action) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for change in action.changes:
        if change.path == REGIONS[:1] and isinstance(change.after, Mapping):
            for key, region in (change.after.get(REGIONS[1]) or {}).items():
                yield entry_name(key), region


def _source(body: Mapping[Path, Any]) -> Path:
    """Where the source stands that the words name."""
    storage = body.get(("storageProfile",)) or {}
    return ("storageProfile", "source") if storage.get("source") else ("storageProfile", "osDiskImage", "source")


def _tags(path: Path, value: Any) -> Iterator[str]:
    tags = value if isinstance(value, Mapping) else {str(path[-1]): value}
    kept = [f"{key}={_text(worth)}" for key, worth in tags.items() if key != OWNER and worth is not None]
    if kept:
        yield safe(f"tags {', '.join(kept)}")


def _features(value: Any) -> Iterator[str]:
    if not isinstance(value, Mapping):
        return
    told = []
    for key, feature in value.items():
        words = f"{entry_name(key)}={feature.get('value')}" if isinstance(feature, Mapping) else str(key)
        starts = feature.get("startsAtVersion") if isinstance(feature, Mapping) else None
        told.append(f"{words} from {starts}" if starts else words)
    if told:
        yield safe(f"features {', '.join(told)}")


def _leaves(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping) and value:
        for key, entry in value.items():
            yield from _leaves((*path, str(key)), entry)
    elif value is not None and value != {}:
        yield path, value


def _region_told(action: Action, leaf: Path) -> bool:
    """Whether a region's leaf already stands in the line of words."""
    if leaf[:2] != REGIONS:
        return False
    if leaf[-1] in REGION_NAME:
        return True
    region = entry_name(leaf[2])
    return leaf[-1] == "storageAccountType" and re.search(rf"{re.escape(region)} ×\d", _told(action)) is not None


def _name(leaf: Path) -> str:
    kept = [str(part) for part in leaf]
    if kept[:2] == list(REGIONS):
        kept = [entry_name(kept[2]), *kept[3:]]
    elif kept[0] in WRAPPERS and len(kept) > 1:
        kept = kept[1:]
    return dotted(tuple(kept))


def _worth(value: Any) -> str:
    return safe(_text(value)) if isinstance(value, str) else value_words(value)


def _text(value: Any) -> str:
    """Text bare where that cannot be misread; of a resource id its last two parts."""
    text = str(value)
    if text.lower().startswith("/subscriptions/"):
        return "/".join(text.rstrip("/").split("/")[-SHORT_ID:])
    return text if BARE.fullmatch(text) or "://" in text else f'"{text}"'
