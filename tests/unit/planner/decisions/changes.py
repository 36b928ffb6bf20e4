"""Steps and replacements: changes that Azure does not take in one write."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from tests.support.estates import versions
from tests.unit.planner.decisions.bends import all_of, bent, laid, nobody, sharing, tagged, unread
from tests.unit.planner.decisions.case import CAUTIOUS, Case
from tests.unit.planner.decisions.texts import (
    ALL,
    ASKED,
    ASKED_MOVED,
    BASE,
    BLOCKED,
    FEWER,
    KEEPING,
    LATER,
    MOVED,
    REGION,
    copy_of,
    flagged,
    lines_of,
    shared,
    version_policy,
    with_policy,
)

STEPS = (
    Case("a region goes", ALL, FEWER),
    Case("a region goes, declared allowed", flagged(ALL, "true"), flagged(FEWER, "true")),
    Case("a region goes, allowed from now on", ALL, flagged(FEWER, "true")),
    Case("a region goes, forbidden", ALL, flagged(FEWER, "false")),
    Case(
        "a region goes beside another change, forbidden",
        ALL,
        flagged(FEWER, "false").replace("[westeurope=1]", "[westeurope=1], excludeFromLatest: true"),
    ),
    Case(
        "a region goes, live allowed",
        ALL,
        FEWER,
        bend=laid("corp/ubuntu/1.0.0", safetyProfile={"allowDeletionOfReplicatedLocations": True}),
    ),
    Case("a region goes, nobody owns", ALL, FEWER, replace(CAUTIOUS, track_ownership=False, prune=False)),
    Case("another storage type", ALL, REGION),
    Case("another storage type, forbidden", ALL, flagged(REGION, "false")),
    Case("another storage type at home", ALL, ALL.replace("westeurope=1", "westeurope=1=standard_zrs")),
    Case(
        "steps cut off",
        ALL,
        ALL,
        bend=all_of(
            tagged("corp/ubuntu/1.0.0", reconciler__pending="set back"),
            laid("corp/ubuntu/1.0.0", safetyProfile={"allowDeletionOfReplicatedLocations": True}),
        ),
    ),
    Case(
        "steps cut off, declared",
        flagged(ALL, "true"),
        flagged(ALL, "true"),
        bend=tagged("corp/ubuntu/1.0.0", reconciler__pending="set back"),
    ),
    Case("a feature changes", ALL, ALL.replace("SecurityType, value: Standard", "SecurityType, value: TrustedLaunch")),
    Case(
        "a feature comes with its version",
        ALL,
        ALL.replace(
            "value: Standard}", 'value: Standard}, {name: IsHibernateSupported, value: "True", startsAtVersion: 3.0.0}'
        ),
    ),
    Case("a feature goes", ALL, ALL.replace("SecurityType, value: Standard", "SecurityType, value: null")),
    Case(
        "a feature changes, no versions",
        BASE,
        BASE.replace("SecurityType, value: Standard", "SecurityType, value: TrustedLaunch"),
    ),
)

REPLACED = (
    Case("a replaced definition", ASKED, ASKED_MOVED),
    Case("a replaced definition without the policy", ALL, MOVED),
    Case("a replaced definition with a new version", ASKED, ASKED_MOVED + lines_of(versions("1.2.0"))),
    Case(
        "a replaced definition that loses a version",
        ASKED,
        ASKED_MOVED.replace(versions("1.0.0", "1.1.0"), versions("1.1.0")),
    ),
    Case(
        "the same without prune",
        ASKED,
        ASKED_MOVED.replace(versions("1.0.0", "1.1.0"), versions("1.1.0")),
        replace(CAUTIOUS, prune=False),
    ),
    Case("a replaced gallery", ASKED, ASKED.replace("location: westeurope", "location: northeurope")),
    Case("a replaced version", ASKED, ASKED.replace("ubuntu-1.0.0}", "other}")),
    Case(
        "a replaced version and its copy",
        ASKED + lines_of(copy_of("1.0.0", "1.2.0")),
        ASKED.replace("ubuntu-1.0.0}", "other}") + lines_of(copy_of("1.0.0", "1.3.0")),
    ),
    Case(
        "a copy of what a replacement loses",
        ASKED,
        ASKED_MOVED.replace(versions("1.0.0", "1.1.0"), copy_of("1.0.0", "1.2.0")),
    ),
    Case("a replaced assignment", ASKED, ASKED.replace("type: Group", "type: User")),
    Case(
        "a protected version inside",
        version_policy(ASKED, "1.0.0", "{protect: true}"),
        version_policy(ASKED_MOVED, "1.0.0", "{protect: true}"),
    ),
    Case(
        "a protected version inside, allowed",
        version_policy(ASKED, "1.0.0", "{protect: true}"),
        version_policy(ASKED_MOVED, "1.0.0", "{protect: true}"),
        replace(CAUTIOUS, allow_protected=frozenset({"rg-images/corp/ubuntu/1.0.0"})),
    ),
    Case("a foreign version inside", ASKED, ASKED_MOVED, bend=tagged("corp/ubuntu/1.0.0", reconciler__owner=None)),
    Case("a version in flight inside", ASKED, ASKED_MOVED, bend=bent("corp/ubuntu/1.0.0", state="Updating")),
    Case("an observed version inside", ASKED, version_policy(ASKED_MOVED, "1.0.0", "{manage: observe}")),
    Case(
        "a version that must stay immutable inside",
        ASKED,
        version_policy(ASKED_MOVED.replace("ubuntu-1.0.0}", "other}"), "1.0.0", "{onImmutableChange: refuse}"),
    ),
    Case(
        "an abandoned version inside",
        version_policy(ASKED, "1.0.0", "{onRemove: abandon}"),
        ASKED_MOVED.replace(versions("1.0.0", "1.1.0"), versions("1.1.0")),
    ),
    Case(
        "a version past its end of life inside",
        with_policy(BASE, "{onImmutableChange: replace}") + versions("1.0.0", more=LATER),
        with_policy(BASE.replace("hyperVGeneration: V2", "hyperVGeneration: V1"), "{onImmutableChange: replace}")
        + versions("1.0.0", more=LATER),
        now=datetime(2030, 2, 1, tzinfo=UTC),
    ),
    Case(
        "a blocked version inside",
        with_policy(BASE, "{onImmutableChange: replace}") + versions("1.0.0", more=BLOCKED),
        with_policy(BASE.replace("hyperVGeneration: V2", "hyperVGeneration: V1"), "{onImmutableChange: replace}")
        + versions("1.0.0", more=BLOCKED),
    ),
    Case("unread inside", ASKED, ASKED_MOVED, bend=unread("corp/ubuntu")),
    Case("nobody's, to be replaced", ASKED, ASKED_MOVED, bend=nobody),
    Case(
        "replaced where nothing is owned",
        ASKED,
        ASKED_MOVED,
        replace(CAUTIOUS, track_ownership=False, prune=False),
        bend=nobody,
    ),
    Case(
        "replaced in a gallery with soft delete",
        with_policy(KEEPING, "{onImmutableChange: replace}"),
        with_policy(KEEPING.replace("hyperVGeneration: V2", "hyperVGeneration: V1"), "{onImmutableChange: replace}"),
    ),
    Case(
        "more in the way than is shown",
        with_policy(BASE + versions(*(f"1.{number}.0" for number in range(8))), "{onImmutableChange: replace}"),
        ASKED_MOVED,
        bend=all_of(*(tagged(f"corp/ubuntu/1.{number}.0", reconciler__owner=None) for number in range(8))),
    ),
    Case(
        "as much in the way as is shown",
        with_policy(BASE + versions(*(f"1.{number}.0" for number in range(5))), "{onImmutableChange: replace}"),
        ASKED_MOVED,
        bend=all_of(*(tagged(f"corp/ubuntu/1.{number}.0", reconciler__owner=None) for number in range(5))),
    ),
    Case(
        "two fields that ask for a replacement, refused",
        ASKED,
        ASKED_MOVED.replace("architecture: x64", "architecture: Arm64"),
        bend=bent("corp/ubuntu/1.0.0", state="Updating"),
    ),
    Case(
        "a version protected by its declaration inside",
        ASKED,
        version_policy(ASKED_MOVED, "1.0.0", "{protect: true}"),
    ),
    Case(
        "a replaced gallery that is shared",
        with_policy(shared(1), "{onImmutableChange: replace}"),
        with_policy(shared(1), "{onImmutableChange: replace}").replace("location: westeurope", "location: northeurope"),
        bend=sharing(1),
    ),
    Case(
        "a definition that is elsewhere than its gallery, refused",
        ASKED,
        ASKED,
        bend=all_of(laid("corp/ubuntu", location="northeurope"), bent("corp/ubuntu/1.0.0", state="Updating")),
    ),
)
