"""Whole estates: what is new, gone, moved or somebody else's."""

from __future__ import annotations

from dataclasses import replace

from tests.support.estates import ACCESS, GALLERY, IMAGE, versions
from tests.unit.planner.decisions.bends import all_of, bent, foreign, laid, nobody, tagged, without
from tests.unit.planner.decisions.case import CAUTIOUS, Case
from tests.unit.planner.decisions.texts import (
    ACCESSED,
    ALL,
    BASE,
    DEBIAN,
    MOVED,
    REGION,
    SECOND,
    UNCHECKED,
    copy_of,
    lines_of,
    with_policy,
)

GENERAL = (
    Case("everything new", None, ALL),
    Case("everything as it is", ALL, ALL),
    Case("nothing declared any more", ALL, ""),
    Case("nothing declared, allowed", ALL, "", replace(CAUTIOUS, allow_empty=True)),
    Case("nothing declared, no prune", ALL, "", replace(CAUTIOUS, prune=False, allow_empty=True)),
    Case("nothing declared, no instance", ALL, "", replace(CAUTIOUS, instance="")),
    Case("one version less", ALL, BASE + versions("1.1.0")),
    Case("one version less, no prune", ALL, BASE + versions("1.1.0"), replace(CAUTIOUS, prune=False)),
    Case("the definition goes", ALL, GALLERY + ACCESS),
    Case("access goes", ALL, GALLERY + IMAGE + versions("1.0.0", "1.1.0")),
    Case("access goes, no prune", ALL, GALLERY + IMAGE + versions("1.0.0", "1.1.0"), replace(CAUTIOUS, prune=False)),
    Case("another role", ALL, ALL.replace("Reader", "Contributor")),
    Case("access words", ALL, ALL.replace("everybody", "somebody")),
    Case("access at a version", None, ACCESSED),
    Case("several fields", ALL, ALL.replace("Golden", "New").replace("platform", "infra").replace("=1", "=2")),
    Case("a tag goes", ALL, ALL.replace("{team: platform}", "{team: null}")),
    Case("a foreign tag", ALL, ALL.replace("Golden", "New"), bend=tagged("corp", other="x")),
    Case(
        "fifty tags",
        ALL,
        ALL.replace("platform}", "platform, a: b}"),
        bend=tagged("corp", **{f"t{n}": "x" for n in range(49)}),
    ),
    Case(
        "forty-nine tags",
        ALL,
        ALL.replace("platform}", "platform, a: b}"),
        bend=tagged("corp", **{f"t{n}": "x" for n in range(47)}),
    ),
    Case("failed", ALL, ALL, bend=bent("corp/ubuntu/1.0.0", state="Failed")),
    Case("failed and different", ALL, REGION, bend=bent("corp/ubuntu/1.0.0", state="Failed")),
    Case("in flight", ALL, REGION, bend=bent("corp/ubuntu/1.0.0", state="Updating")),
    Case("in flight and leaving", ALL, BASE + versions("1.1.0"), bend=bent("corp/ubuntu/1.0.0", state="Deleting")),
    Case("the definition in flight", ALL, ALL.replace("1.0.0", "1.2.0"), bend=bent("corp/ubuntu", state="Updating")),
    Case("a version vanished", ALL, ALL, bend=without("corp/ubuntu/1.0.0")),
    Case("everything below vanished", ALL, ALL, bend=without("corp/ubuntu/1.0.0", "corp/ubuntu/1.1.0", "corp/ubuntu")),
    Case("unchecked fields", ALL, UNCHECKED),
    Case("unchecked fields, new", None, UNCHECKED),
    Case("unchecked fields, as they are", UNCHECKED, UNCHECKED),
    Case(
        "recommended below what is live",
        ALL,
        ALL.replace("description: Ubuntu", "recommended: {memory: {min: 9}}"),
        bend=laid("corp/ubuntu", recommended={"memory": {"max": 8}}),
    ),
    Case("a rename of a version", ALL, (BASE + versions("1.1.0", "1.2.0")).replace("ubuntu-1.2.0", "ubuntu-1.0.0")),
    Case("a rename of a definition", ALL, ALL.replace("name: ubuntu}", "name: debian}")),
    Case(
        "a second definition of one triplet",
        ALL,
        SECOND,
    ),
    Case(
        "a declared definition that holds a triplet still",
        ALL,
        ALL.replace("sku: lts", "sku: other") + DEBIAN,
    ),
    Case(
        "a definition goes, a version in flight inside", ALL, GALLERY, bend=bent("corp/ubuntu/1.0.0", state="Updating")
    ),
    Case(
        "what nobody can read goes",
        ALL,
        GALLERY,
        bend=all_of(laid("corp/ubuntu/1.0.0", safetyProfile="odd"), laid("corp/ubuntu/1.1.0", publishingProfile="odd")),
    ),
    Case(
        "a gallery whose sharing nobody can read goes",
        GALLERY,
        "",
        replace(CAUTIOUS, allow_empty=True),
        bend=laid("corp", sharingProfile="odd"),
    ),
    Case("a copy of a version that goes", ALL, BASE + versions("1.1.0") + lines_of(copy_of("1.0.0", "1.2.0"))),
    Case(
        "a copy of a version that comes",
        BASE + versions("1.0.0"),
        BASE + versions("1.0.0", "1.3.0") + lines_of(copy_of("1.3.0", "1.2.0")),
    ),
)

OWNERSHIP = (
    Case("another instance's, equal", ALL, ALL, bend=foreign),
    Case("another instance's, different", ALL, MOVED.replace("Golden", "New"), bend=foreign),
    Case("another instance's, gone", ALL, GALLERY, bend=foreign),
    Case("nobody's, equal", ALL, ALL, bend=nobody),
    Case("nobody's, different", ALL, ALL.replace("Golden", "New").replace("=1", "=2"), bend=nobody),
    Case("nobody's, adopted by policy", ALL, with_policy(ALL.replace("Golden", "New"), "{adopt: true}"), bend=nobody),
    Case(
        "nobody's, adopted by flag",
        ALL,
        ALL.replace("Golden", "New"),
        replace(CAUTIOUS, adopt=frozenset({"rg-images/corp"})),
        bend=nobody,
    ),
    Case(
        "nobody's, adopted altogether",
        ALL,
        REGION.replace("everybody", "all"),
        replace(CAUTIOUS, adopt=frozenset({"all"})),
        bend=nobody,
    ),
    Case(
        "ownership is not tracked",
        ALL,
        ALL.replace("Golden", "New"),
        replace(CAUTIOUS, track_ownership=False, prune=False),
        bend=nobody,
    ),
    Case("no instance, everything new", None, ALL, replace(CAUTIOUS, instance="", prune=False)),
    Case(
        "a copied owner tag", ALL, GALLERY + ACCESS, bend=tagged("corp/ubuntu", reconciler__owner="test:0123456789ab")
    ),
    Case("a lost owner tag", ALL, GALLERY + ACCESS, bend=tagged("corp/ubuntu/1.0.0", reconciler__owner=None)),
    Case("nobody's, immutable and different", ALL, MOVED, bend=nobody),
)
