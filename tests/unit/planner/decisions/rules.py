"""Policies and guards: what they let through and what they stop."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from tests.support.estates import ACCESS, GALLERY, versions
from tests.unit.planner.decisions.bends import all_of, bent, laid, tagged, unread
from tests.unit.planner.decisions.case import CAUTIOUS, Case
from tests.unit.planner.decisions.texts import (
    ALL,
    BASE,
    BLOCKED,
    EXCLUDED,
    LATER,
    REGION,
    copy_of,
    image_policy,
    lines_of,
    with_policy,
)

EIGHT = BASE + versions(*(f"1.{number}.0" for number in range(8)))
FIVE = BASE + versions(*(f"1.{number}.0" for number in range(5)))

POLICIES = (
    Case("protected from now on", ALL, with_policy(ALL, "{protect: true}")),
    Case("abandoned from now on", ALL, with_policy(ALL, "{onRemove: abandon}")),
    Case("protected and gone", with_policy(ALL, "{protect: true}"), GALLERY),
    Case(
        "protected and gone, allowed in part",
        with_policy(ALL, "{protect: true}"),
        GALLERY,
        replace(CAUTIOUS, allow_protected=frozenset({"rg-images/corp/ubuntu/1.0.0"})),
    ),
    Case(
        "below a protected gallery",
        with_policy(ALL, "{protect: true}"),
        with_policy(BASE + versions("1.1.0"), "{protect: true}"),
    ),
    Case("abandoned and gone", with_policy(ALL, "{onRemove: abandon}"), "", replace(CAUTIOUS, allow_empty=True)),
    Case(
        "abandoned and gone, no prune", with_policy(ALL, "{onRemove: abandon}"), GALLERY, replace(CAUTIOUS, prune=False)
    ),
    Case(
        "abandoned and in flight",
        with_policy(ALL, "{onRemove: abandon}"),
        GALLERY,
        bend=bent("corp/ubuntu/1.0.0", state="Updating"),
    ),
    Case("observed and different", ALL, with_policy(REGION.replace("Golden", "New"), "{manage: observe}")),
    Case("observed and equal", ALL, with_policy(ALL, "{manage: observe}")),
    Case("observed and missing", None, with_policy(ALL, "{manage: observe}")),
    Case(
        "below an observed gallery that is missing",
        None,
        image_policy(with_policy(ALL, "{manage: observe}"), "{manage: full}"),
    ),
    Case("create-only and different", ALL, with_policy(REGION, "{manage: create-only}")),
    Case("create-only and missing", None, with_policy(ALL, "{manage: create-only}")),
    Case("reported only", ALL, with_policy(REGION.replace("Golden", "New"), "{onDrift: report}")),
    Case(
        "documented fields only",
        ALL,
        ALL.replace("description: Ubuntu", "releaseNoteUri: https://a.example.com"),
        replace(CAUTIOUS, documented_only=True),
    ),
)

GUARDS = (
    Case("an excluded version goes", BASE + versions("1.0.0") + EXCLUDED, BASE + versions("1.0.0")),
    Case(
        "blocked until this very moment",
        BASE + versions("1.0.0", "1.1.0", more=BLOCKED),
        BASE + versions("1.1.0", more=BLOCKED),
        now=datetime(2030, 1, 1, tzinfo=UTC),
    ),
    Case(
        "more of somebody else's inside than is shown",
        EIGHT,
        GALLERY + ACCESS,
        bend=all_of(*(tagged(f"corp/ubuntu/1.{number}.0", reconciler__owner=None) for number in range(8))),
    ),
    Case(
        "as much of somebody else's inside as is shown",
        FIVE,
        GALLERY + ACCESS,
        bend=all_of(*(tagged(f"corp/ubuntu/1.{number}.0", reconciler__owner=None) for number in range(5))),
    ),
    Case("too many deletes", ALL, GALLERY, replace(CAUTIOUS, max_deletes=2)),
    Case("as many deletes as allowed", ALL, GALLERY, replace(CAUTIOUS, max_deletes=4)),
    Case("too large a part", ALL, BASE + versions("1.1.0"), replace(CAUTIOUS, max_delete_percent=49)),
    Case("just the part", ALL, BASE + versions("1.1.0"), replace(CAUTIOUS, max_delete_percent=50)),
    Case("the very number", ALL, GALLERY, replace(CAUTIOUS, max_deletes=1, allow_deletes=4)),
    Case("another number", ALL, GALLERY, replace(CAUTIOUS, allow_deletes=5)),
    Case("the last usable version", ALL, BASE),
    Case(
        "the last usable version, allowed by name",
        ALL,
        BASE,
        replace(CAUTIOUS, allow_last_version=frozenset({"rg-images/corp/ubuntu/1.1.0"})),
    ),
    Case(
        "the last usable version, allowed by definition",
        ALL,
        BASE,
        replace(CAUTIOUS, allow_last_version=frozenset({"rg-images/corp/ubuntu"})),
    ),
    Case("an excluded one stays", BASE + versions("1.0.0") + EXCLUDED, BASE + "    versions:\n" + EXCLUDED),
    Case("a failed one stays", ALL, BASE + versions("1.0.0"), bend=bent("corp/ubuntu/1.0.0", state="Failed")),
    Case("a new one comes", ALL, BASE + versions("1.2.0")),
    Case("an excluded new one comes", ALL, BASE + "    versions:\n" + EXCLUDED),
    Case(
        "the one that stays is excluded everywhere",
        ALL,
        BASE
        + versions(
            "1.0.0", regions="{name: westeurope, excludeFromLatest: true}, {name: northeurope, excludeFromLatest: true}"
        ),
    ),
    Case(
        "the one that stays is excluded in one region",
        ALL,
        BASE + versions("1.0.0", regions="{name: westeurope, excludeFromLatest: true}, northeurope=1"),
    ),
    Case(
        "blocked until its end of life",
        BASE + versions("1.0.0", "1.1.0", more=BLOCKED),
        BASE + versions("1.1.0", more=BLOCKED),
    ),
    Case(
        "blocked, its end of life over",
        BASE + versions("1.0.0", "1.1.0", more=BLOCKED),
        BASE + versions("1.1.0", more=BLOCKED),
        now=datetime(2030, 1, 2, tzinfo=UTC),
    ),
    Case("an end of life in the past", ALL, BASE + versions("1.0.0", "1.1.0", more=", endOfLifeDate: 2026-10-31")),
    Case("an end of life in the past, new", None, BASE + versions("1.0.0", more=", endOfLifeDate: 2026-11-01")),
    Case(
        "an end of life moved",
        BASE + versions("1.0.0", more=LATER),
        BASE + versions("1.0.0", more=", endOfLifeDate: 2031-01-01"),
    ),
    Case(
        "a community gallery goes",
        ALL,
        "",
        replace(CAUTIOUS, allow_empty=True),
        bend=laid("corp", sharingProfile={"permissions": "Community"}),
    ),
    Case(
        "a shallow version's source goes",
        ALL + lines_of(copy_of("1.0.0", "1.2.0")).replace("northeurope=1]", "northeurope=1], replicationMode: Shallow"),
        BASE
        + versions("1.1.0")
        + lines_of(copy_of("1.0.0", "1.2.0")).replace("northeurope=1]", "northeurope=1], replicationMode: Shallow"),
    ),
    Case("unread below a definition", ALL, ALL.replace("1.0.0", "1.2.0"), bend=unread("corp/ubuntu")),
    Case("unread below a gallery", ALL, GALLERY, bend=unread("corp")),
    Case("unread access", ALL, GALLERY.replace("Golden", "New"), bend=unread("corp", access=True)),
    Case("unread in the middle", ALL, "", replace(CAUTIOUS, allow_empty=True), bend=unread("corp/ubuntu/1.0.0")),
    Case(
        "somebody else's definition inside",
        ALL,
        "",
        replace(CAUTIOUS, allow_empty=True),
        bend=tagged("corp/ubuntu", reconciler__owner=None),
    ),
)
