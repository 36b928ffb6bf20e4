"""Ignore rules, selections, scopes, the ledger and replication: what narrows a plan or sharpens its words."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model.address import Address, Kind
from reconciler.model.report import RegionProgress
from reconciler.model.restriction import AllowList, IgnoreRule
from reconciler.model.state import LiveState, Unread
from reconciler.planner.options import Options
from tests.support.estates import ACCESS, GALLERY, IMAGE, versions
from tests.unit.planner.decisions.bends import all_of, bent, laid, tagged, unread, without
from tests.unit.planner.decisions.case import CAUTIOUS, Case, Replicated
from tests.unit.planner.decisions.texts import (
    ALL,
    ASKED,
    ASKED_MOVED,
    BASE,
    DEBIAN,
    FEWER,
    MOVED,
    REGION,
    UNCHECKED,
    copy_of,
    lines_of,
    shared,
)

CHANGED = ALL.replace("Golden", "New").replace("platform", "infra").replace("northeurope=1", "northeurope=2")
REGIONS = "publishingProfile.targetRegions"


def ignoring(*paths: str, kind: str = "", address: str = "") -> Options:
    """Options with a rule for each path."""
    return replace(CAUTIOUS, ignore=tuple(IgnoreRule(path, "theirs", kind, address) for path in paths))


def only(*globs: str, excepted: tuple[str, ...] = ()) -> Options:
    """Options with a selection."""
    return replace(CAUTIOUS, only=globs, excepted=excepted, allow_empty=True)


def reached(state: str, *regions: str) -> Replicated:
    """Every version of the estate as far as said, in the regions said."""
    progress = tuple(RegionProgress(region, state) for region in regions)
    return {version(name): progress for name in ("1.0.0", "1.1.0", "1.2.0")}


def version(name: str) -> Address:
    """A version of the estate."""
    return Address("00000000-0000-0000-0000-000000000001", "rg-images", "corp", "ubuntu", name)


def completed(_: LiveState) -> Replicated:
    """Everything has arrived."""
    return reached("Completed", "westeurope", "northeurope")


def halfway(_: LiveState) -> Replicated:
    """One region has arrived, the other is on its way."""
    known = dict(reached("Completed", "westeurope"))
    known[version("1.1.0")] = (RegionProgress("westeurope", "Completed"), RegionProgress("northeurope", "Replicating"))
    return known


def untold(_: LiveState) -> Replicated:
    """Azure does not say."""
    return {version("1.1.0"): Unread(version("1.1.0").key, "1.1.0", "NoAnswer", "nothing came")}


IGNORED = (
    Case("ignored and different", ALL, CHANGED, ignoring("description", "tags.team")),
    Case("ignored, everything", ALL, CHANGED, ignoring("description", "tags.*", f"{REGIONS}[*].regionalReplicaCount")),
    Case("ignored in one kind", ALL, CHANGED, ignoring("description", kind="ImageDefinition")),
    Case("ignored at one address", ALL, CHANGED, ignoring("tags", address="rg-images/corp")),
    Case("ignored nowhere", ALL, CHANGED, ignoring("description", address="rg-images/other*")),
    Case("ignored twice", ALL, CHANGED, ignoring("tags.team", "tags.*", "tags")),
    Case("ignored in a new resource", None, ALL, ignoring("description", "tags", "osState", "identifier", "location")),
    Case("ignored beside a change", ALL, REGION, ignoring(f"{REGIONS}[*].storageAccountType")),
    Case("ignored region that goes", ALL, FEWER, ignoring(f"{REGIONS}[northeurope]")),
    Case("ignored list of regions", ALL, FEWER, ignoring(REGIONS)),
    Case("ignored flag in the way of steps", ALL, FEWER, ignoring("safetyProfile")),
    Case("ignored immutable", ALL, MOVED, ignoring("hyperVGeneration")),
    Case("ignored field newer than us", ALL, UNCHECKED, ignoring("newest", "recommended.*")),
    Case("ignored feature", ALL, ALL.replace("value: Standard", "value: TrustedLaunch"), ignoring("features[*].value")),
    Case("ignored in a replacement", ASKED, ASKED_MOVED, ignoring("tags.other"), bend=tagged("corp/ubuntu", other="x")),
    Case("ignored groups", shared(1), shared(2), ignoring("sharingProfile.groups")),
    Case("ignored owner tag", ALL, CHANGED, ignoring("tags.reconciler.owner"), bend=tagged("corp", other="x")),
    Case("ignored in flight", ALL, CHANGED, ignoring("tags"), bend=bent("corp/ubuntu/1.0.0", state="Updating")),
)
SELECTED = (
    Case("only a version", None, ALL, only("rg-images/corp/ubuntu/1.0.0")),
    Case("only a definition", ALL, CHANGED, only("rg-images/corp/ubuntu")),
    Case("only access", None, ALL, only("**@Reader=*")),
    Case("all but a version", ALL, CHANGED, only(excepted=("**/1.0.0",))),
    Case("all but a parent that is needed", None, ALL, only(excepted=("rg-images/corp/ubuntu",))),
    Case("a version and not its parent", None, ALL, only("**/1.0.0", excepted=("rg-images/corp",))),
    Case("only what goes", ALL, GALLERY, only("rg-images/corp/ubuntu")),
    Case("only one of what goes", ALL, GALLERY, only("**/1.0.0")),
    Case(
        "only a copy",
        BASE + versions("1.0.0"),
        BASE + versions("1.0.0", "1.3.0") + lines_of(copy_of("1.3.0", "1.2.0")),
        only("**/1.2.0"),
    ),
    Case(
        "only the last of a line of copies, everything new",
        None,
        BASE + versions("1.0.0", "1.4.0") + lines_of(copy_of("1.4.0", "1.3.0")) + lines_of(copy_of("1.3.0", "1.2.0")),
        only("**/1.2.0"),
    ),
    Case("only a replaced definition", ASKED, ASKED_MOVED, only("rg-images/corp/ubuntu")),
    Case("only a version of a replaced definition", ASKED, ASKED_MOVED, only("**/1.0.0")),
    Case("only the whole of a replaced definition", ASKED, ASKED_MOVED, only("rg-images/corp/ubuntu/**")),
    Case(
        "only a definition that takes the triplet of a replaced one",
        ASKED,
        ASKED.replace("sku: lts", "sku: other") + DEBIAN,
        only("rg-images/corp/debian"),
    ),
    Case(
        "all but the replaced definition whose triplet another takes",
        ASKED,
        ASKED.replace("sku: lts", "sku: other") + DEBIAN,
        only(excepted=("rg-images/corp/ubuntu",)),
    ),
    Case("only what is refused", ALL, MOVED, only("rg-images/corp")),
    Case("nothing", ALL, CHANGED, only("rg-images/nothing/**")),
    Case("one glob that names nothing", ALL, CHANGED, only("rg-images/corp", "rg-images/nothing")),
)
SCOPED = (
    Case("another subscription", ALL, CHANGED, allowed=AllowList(subscriptions=("other",))),
    Case("another group", ALL, CHANGED, allowed=AllowList(groups=("rg-other",))),
    Case("another gallery", ALL, CHANGED, allowed=AllowList(galleries=("corp2*",))),
    Case("the gallery by glob", ALL, CHANGED, allowed=AllowList(galleries=("co*",))),
    Case("a region outside", ALL, CHANGED, allowed=AllowList(regions=("westeurope",))),
    Case("a kind outside", ALL, CHANGED, allowed=AllowList(kinds=(Kind.GALLERY, Kind.IMAGE_DEFINITION))),
    Case("owned outside", ALL, GALLERY, allowed=AllowList(kinds=(Kind.GALLERY,))),
    Case(
        "everything inside",
        ALL,
        CHANGED,
        allowed=AllowList(groups=("rg-images",), regions=("northeurope", "westeurope")),
    ),
)
KNOWN = (
    Case("drifted", ALL, ALL, bend=laid("corp", description="portal"), ledger=ALL),
    Case("changed in the manifest", ALL, CHANGED, ledger=ALL),
    Case(
        "drifted and changed", ALL, CHANGED, bend=tagged("corp", team="portal"), ledger=ALL.replace("platform", "infra")
    ),
    Case("known of another estate", ALL, CHANGED, ledger=GALLERY),
    Case("drifted and refused", ALL, ALL, bend=laid("corp/ubuntu", hyperVGeneration="V1"), ledger=ALL),
    Case(
        "a lost tag of ours",
        ALL,
        CHANGED,
        ledger=ALL,
        bend=all_of(tagged("corp", team=None), without("corp/ubuntu/1.0.0")),
    ),
    Case("a field newer than us drifted", UNCHECKED, UNCHECKED, bend=laid("corp/ubuntu", newest=9), ledger=UNCHECKED),
    Case("a field newer than us changed", UNCHECKED, UNCHECKED.replace("newest: 7", "newest: 8"), ledger=UNCHECKED),
    Case(
        "a field newer than us drifted and is ignored",
        UNCHECKED,
        UNCHECKED,
        ignoring("newest"),
        bend=laid("corp/ubuntu", newest=9),
    ),
    Case(
        "drifted beside what is unread",
        ALL,
        ALL,
        bend=all_of(
            tagged("corp/ubuntu/1.1.0", reconciler__owner=None),
            unread("corp/ubuntu/1.0.0"),
            without("corp/ubuntu/1.0.0"),
        ),
        ledger=ALL,
    ),
    Case("drifted below what is unread", ALL, ALL, bend=unread("corp/ubuntu", drop=False), ledger=ALL),
    Case(
        "never applied and without its tag",
        ALL,
        ALL,
        bend=tagged("corp", reconciler__owner=None),
        ledger=GALLERY.replace("corp", "other"),
    ),
    Case("neither live nor proven absent", None, ALL, undecided=True),
    Case("one not proven absent", ALL, ALL + lines_of(versions("1.2.0")), undecided=True),
    Case("all replicated", ALL, ALL + lines_of(versions("1.2.0")), replication=completed),
    Case("one region on its way", ALL, BASE + versions("1.0.0"), replication=halfway),
    Case("replication untold", ALL, BASE + versions("1.1.0"), replication=untold),
    Case(
        "an excluded region",
        ALL,
        GALLERY
        + ACCESS
        + IMAGE
        + versions("1.0.0", "1.1.0", regions="westeurope=1, {name: northeurope, excludeFromLatest: true}"),
    ),
    Case("beyond the limit of versions", ALL, ALL + lines_of(versions("1.2.0")), replace(CAUTIOUS, max_versions=2)),
    Case("near the limit of versions", ALL, CHANGED, replace(CAUTIOUS, max_versions=2)),
    Case("beyond the limit of definitions", GALLERY, ALL, replace(CAUTIOUS, max_definitions=0)),
    Case("beyond the limit of galleries", None, ALL, replace(CAUTIOUS, max_galleries=0)),
    Case("beyond the limit of replicas", ALL, CHANGED, replace(CAUTIOUS, max_replicas=1)),
    Case("beyond the limit of replicas, new", None, CHANGED, replace(CAUTIOUS, max_replicas=1)),
    Case(
        "sizes known",
        ALL,
        CHANGED,
        bend=bent(
            "corp/ubuntu/1.0.0",
            read_only={"storageProfile": {"osDiskImage": {"sizeInGB": 30}, "dataDiskImages": [{"sizeInGB": 10}]}},
        ),
    ),
)
