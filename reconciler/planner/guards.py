"""The guards: each one function that answers with a refusal or None, and names the override that lifts it.

Guards look at the whole plan or at one removal; the rules about single fields are in `refuse`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.kinds.ownership import PROTECT
from reconciler.kinds.scalars import read_instant, version_number
from reconciler.kinds.version_checks import REGIONS
from reconciler.model.address import Address, Kind
from reconciler.model.impact import Counted, Limit
from reconciler.model.plan import Action, Level, Refusal, RefusalRule
from reconciler.model.state import DesiredResource, LiveResource, mapping
from reconciler.planner.afterwards import Afterwards
from reconciler.planner.context import Context
from reconciler.planner.fate import Outlook, marker, usable
from reconciler.planner.limits import crowded
from reconciler.planner.options import Options, names
from reconciler.planner.replicas import replicas_by_region
from reconciler.planner.scope import outside

STRAYS = 3


def incomplete_read(context: Context) -> Refusal | None:
    """Unread is not absent: what could not be read is left alone, and nothing lifts that. Names the declared there."""
    places = context.live.unread
    if not places:
        return None
    shown = ", ".join(sorted({place.where for place in places})[:3])
    more = f" and {len(places) - 3} more" if len(places) > 3 else ""  # noqa: PLR2004 - as many as are shown
    unknown = tuple(
        address
        for address in sorted(context.desired.keys() - context.live.resources.keys() - context.left_out)
        if context.unread(address)
    )
    return Refusal(
        RefusalRule.INCOMPLETE_READ,
        Level.RESOURCE,
        unknown,
        f"could not read {shown}{more}; nothing there is created or deleted",
        ways_out=("mend what is named below and plan again",),
    )


def no_instance(context: Context) -> Refusal | None:
    """Prune needs to know what is ours."""
    if not context.options.prune or context.options.owner:
        return None
    return Refusal(
        RefusalRule.NO_INSTANCE,
        Level.RUN,
        (),
        "--prune deletes only what this instance owns, and no instance is named",
        ways_out=(
            "--instance NAME",
            "RECONCILER_INSTANCE",
            "instance: NAME in reconciler.yaml, without ownership: none",
        ),
    )


def empty_desired(context: Context) -> Refusal | None:
    """Manifests that declare nothing while we own something are more likely lost than meant."""
    if context.desired or context.options.allow_empty:
        return None
    count = len(context.owned)
    if not count:
        return None
    return Refusal(
        RefusalRule.EMPTY_DESIRED,
        Level.RUN,
        (),
        f"the manifests declare nothing, but {count} live resources are owned by this instance",
        ways_out=("point at the right folder", "--allow-empty if everything is really meant to go"),
        override="--allow-empty",
    )


def outside_scope(context: Context, actions: Iterable[Action]) -> Refusal | None:
    """A target touches what its scope allows and nothing else; one stray address stops the whole run."""
    deleting = {action.address for action in actions if action.removes}
    bodies = {address: found.body for address, found in context.desired.items() if address not in context.left_out}
    bodies |= {address: context.live.resources[address].body for address in deleting - bodies.keys()}
    strays = {address: why for address in sorted(bodies) if (why := outside(context.allowed, address, bodies[address]))}
    if not strays:
        return None
    shown = ", ".join(f"{address.text()} ({why})" for address, why in list(strays.items())[:STRAYS])
    more = f" and {len(strays) - STRAYS} more" if len(strays) > STRAYS else ""
    return Refusal(
        RefusalRule.OUTSIDE_SCOPE,
        Level.RUN,
        tuple(strays),
        f"outside the target's scope: {shown}{more}",
        ways_out=("declare it in the target it belongs to", "widen this target's scope in the settings"),
        origin=next((context.desired[address].origin for address in strays if address in context.desired), None),
    )


def _held_back(
    rule: RefusalRule, address: Address, message: str, ways_out: tuple[str, ...], override: str = ""
) -> Refusal:
    """The refusal of one removal."""
    return Refusal(rule, Level.RESOURCE, (address,), message, ways_out=ways_out, override=override)


def protected(context: Context, live: LiveResource) -> Refusal | None:
    """Protection outlives the YAML: the live marker counts, and the policy of what is declared above."""
    if marker(context, live) != PROTECT or names(context.options.allow_protected, live.address):
        return None
    where = live.address.text()
    return _held_back(
        RefusalRule.PROTECTED,
        live.address,
        f"{where} is protected and no longer declared",
        ways_out=("declare it again", f"--allow-protected {where}"),
        override=f"--allow-protected {where}",
    )


def community(context: Context, live: LiveResource) -> Refusal | None:
    """The service refuses to delete a community gallery before its sharing is reset (fact 7/4)."""
    del context
    where, profile = live.address.text(), live.body.get("sharingProfile") or {}
    if not _legible(live.body, "sharingProfile"):
        return _unreadable(live, "sharingProfile")
    if profile.get("permissions") != "Community":
        return None
    return _held_back(
        RefusalRule.PROTECTED,
        live.address,
        f"{where} is shared with the community; Azure deletes it only after its sharing is reset",
        ways_out=(f"az sig share reset --gallery-name {live.address.gallery}, then plan again", "declare it again"),
    )


def blocked_until_end_of_life(context: Context, live: LiveResource) -> Refusal | None:
    """The service refuses to delete a version before its end of life where that is switched on (fact 4.3/17)."""
    safety, profile = live.body.get("safetyProfile") or {}, live.body.get("publishingProfile") or {}
    odd = next((name for name in ("safetyProfile", "publishingProfile") if not _legible(live.body, name)), None)
    if odd is not None:
        return _unreadable(live, odd)
    if not safety.get("blockDeletionBeforeEndOfLife"):
        return None
    moment = read_instant(profile.get("endOfLifeDate"))
    if moment is None or moment <= context.now:
        return None
    where = live.address.text()
    return _held_back(
        RefusalRule.BLOCKED_UNTIL_END_OF_LIFE,
        live.address,
        f"{where} cannot be deleted before its end of life, {moment.date()}",
        ways_out=("declare it until then", "first switch off safetyProfile.blockDeletionBeforeEndOfLife"),
    )


def _legible(body: Mapping[str, Any], field: str) -> bool:
    return isinstance(body.get(field) or {}, Mapping)


def _unreadable(live: LiveResource, field: str) -> Refusal:
    """What nobody can read may say that a resource has to stay."""
    where = live.address.text()
    message = f"{where} has a {field} that cannot be read, so nobody knows whether it may go"
    return _held_back(RefusalRule.PROTECTED, live.address, message, (f"declare {where} again", "another apiVersion"))


def shallow_source(context: Context, live: LiveResource) -> Refusal | None:
    """A version replicated Shallow keeps reading from its source for as long as it lives (facts 2.4/15, 7/2)."""
    found = context.shallow.get(live.address.key)
    if found is None:
        return None
    where, reader = live.address.text(), found.text()
    return _held_back(
        RefusalRule.PROTECTED,
        live.address,
        f"{where} is the source of {reader}, which is replicated Shallow and keeps reading from it",
        ways_out=(f"declare {where} again", f"remove {reader} first, in an apply of its own"),
    )


def last_usable(context: Context, deleting: frozenset[Address], outlook: Outlook) -> tuple[Refusal, ...]:
    """A definition that stays declared keeps at least one usable version, judged by what it will be after the plan."""
    refusals: list[Refusal] = []
    for definition in sorted(context.versions) if deleting else ():
        if definition not in context.desired or outlook.usable_made(definition):
            continue
        usable_now = [live for live in context.live_versions(definition) if _usable(live, {})]
        going = [live for live in usable_now if live.address in deleting]
        staying = [live for live in context.live_versions(definition) if live.address not in deleting]
        if not going or any(_usable(live, outlook.changed) for live in staying):
            continue
        newest = max(going, key=lambda live: version_number(live.address.version)).address
        chosen = context.options.allow_last_version
        if not names(chosen, newest) and not names(chosen, definition):
            refusals.append(_last(definition, newest))
    return tuple(refusals)


def perhaps_last(context: Context, live: LiveResource) -> Refusal | None:
    """A failed version may serve in some of its regions (fact 4.3/15): where no other one is usable, it stays."""
    definition = live.address.parent
    assert definition is not None
    others = (other for other in context.live_versions(definition) if other.address != live.address)
    offered = usable(mapping(live.body.get("publishingProfile")))
    chosen = context.options.allow_last_version
    lifted = names(chosen, live.address) or names(chosen, definition)
    if lifted or not offered or any(_usable(other, {}) for other in others):
        return None
    return _last(definition, live.address)


def _usable(live: LiveResource, changed: Mapping[Address, Mapping[str, Any]]) -> bool:
    profile = mapping(changed.get(live.address) or live.body.get("publishingProfile"))
    return live.state == "Succeeded" and usable(profile)


def _last(definition: Address, newest: Address) -> Refusal:
    where = newest.text()
    return _held_back(
        RefusalRule.LAST_USABLE,
        newest,
        f"{where} is the last usable version of {definition.image}, which stays declared",
        ways_out=("publish another version first", f"--allow-last-version {where}"),
        override=f"--allow-last-version {where}",
    )


def limits_exceeded(later: Afterwards, options: Options) -> tuple[Refusal, ...]:
    """Creates beyond what a subscription may have in a region are refused by the service (facts 4.4/6, 6/1–6/3)."""
    return tuple(_overfilled(limit, creates) for limit, creates in crowded(later, options))


def _overfilled(limit: Limit, creates: tuple[Address, ...]) -> Refusal:
    return Refusal(
        RefusalRule.LIMIT_EXCEEDED,
        Level.RUN,
        creates,
        f"{limit.after} {limit.what} in {limit.region} of subscription {limit.subscription}, seen ones and new ones "
        f"together; there may be {limit.most}",
        ways_out=(
            "delete first, then plan again",
            "another region",
            f"limits.{limit.what} in the settings, if Azure has raised it",
        ),
    )


def too_many_replicas(
    options: Options, desired: DesiredResource, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Refusal | None:
    """No region of a version gets more replicas than the settings allow (fact 6/4); more that are there may stay."""
    if desired.address.kind is not Kind.IMAGE_VERSION:
        return None
    most, now = options.most(Counted.REPLICAS), replicas_by_region(before) if before else {}
    over = {
        region: count for region, count in replicas_by_region(after).items() if count > max(most, now.get(region, 0))
    }
    if not over:
        return None
    told = ", ".join(f"{count} in {region}" for region, count in sorted(over.items()))
    return Refusal(
        RefusalRule.LIMIT_EXCEEDED,
        Level.RESOURCE,
        (desired.address,),
        f"{told}: a version may have {most} replicas in a region",
        ways_out=(f"at most {most} replicas", "limits.replicas in the settings"),
        origin=desired.origin_of(REGIONS),
    )


def max_deletes(context: Context, deleting: frozenset[Address]) -> Refusal | None:
    """Too many deletes at once need their number spoken: more than the limit, or a large part of a kind's owned."""
    options, total = context.options, len(deleting)
    excess = _excess(context, deleting)
    if options.allow_deletes == total + len(options.deleted) or (options.allow_deletes is None and not excess):
        return None
    given = options.allow_deletes
    message = excess or f"--allow-deletes {given} was given"
    return Refusal(
        RefusalRule.MAX_DELETES,
        Level.RUN,
        tuple(sorted(deleting)),
        f"{total} {'delete' if total == 1 else 'deletes'} planned: {message}",
        ways_out=(f"--allow-deletes {total}, the exact number of this plan",),
        override=f"--allow-deletes {total}",
    )


def _excess(context: Context, deleting: frozenset[Address]) -> str:
    """What of an apply is too much: this plan's deletes and those that it has made before."""
    options = context.options
    if not deleting:
        return ""
    before = f", with {len(options.deleted)} made before" if options.deleted else ""
    if len(deleting) + len(options.deleted) > options.max_deletes:
        return f"more than {options.max_deletes}{before}"
    made = Counter(options.deleted)
    going = Counter(address.kind for address in deleting) + made
    owned = Counter(live.address.kind for live in context.owned) + made
    for kind in Kind:
        if going[kind] * 100 > options.max_delete_percent * owned[kind]:
            noun = "resource" if owned[kind] == 1 else "resources"
            part = f"{going[kind]} of {owned[kind]} owned {kind} {noun}"
            return f"{part}, more than {options.max_delete_percent} %{before}"
    return ""
