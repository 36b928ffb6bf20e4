"""One pass, shared by the command line and the loop: read, plan, apply, look at health.

That both use the same pass is why a dry run cannot lie.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from types import FrameType

from reconciler.errors import AzureError
from reconciler.executor.run import Progress, Run
from reconciler.executor.task import Rules
from reconciler.live.evidence import gather
from reconciler.live.gateway import Gateway
from reconciler.live.patience import Patience
from reconciler.live.permissions import look_ahead
from reconciler.live.reader import PATIENT, ReadScope, read, read_one, read_replications
from reconciler.model.address import Address, Kind
from reconciler.model.checks import Asked
from reconciler.model.diagnostic import Origin
from reconciler.model.drift import Drift
from reconciler.model.evidence import Questions
from reconciler.model.health import Health, ResourceHealth
from reconciler.model.ledger import EMPTY, Ledger
from reconciler.model.plan import Plan, Source, Target, Verb
from reconciler.model.replication import Seen
from reconciler.model.report import Report
from reconciler.model.state import DesiredResource, DesiredState, LiveResource, LiveState, Unread
from reconciler.planner.admission import Permission, barred, barred_deletes
from reconciler.planner.afterwards import afterwards
from reconciler.planner.asking import Asking, Memory, asking
from reconciler.planner.build import asked_first, build
from reconciler.planner.checks import asked_ahead, checks_of
from reconciler.planner.context import context_of, with_roles
from reconciler.planner.drift import drift_of
from reconciler.planner.fingerprint import fingerprint
from reconciler.planner.health import health_of
from reconciler.planner.ignore import ignoring
from reconciler.planner.latest import Replication, questions
from reconciler.planner.options import Options
from reconciler.planner.rebase import fit_steps, unseen_edits, wants_boot_keys, written
from reconciler.planner.reliance import bereft, reliances
from reconciler.planner.scope import within

BRIEF = Patience(tries=2, longest=3.0)
LONGEST_NAP = 0.5
SECOND = 2
NOT_ASKED = "its regions were not asked for: too many at once; look again"


@dataclass(frozen=True, slots=True)
class Rechecked:
    """Why a saved plan cannot be carried out any more: what moved since, and what is not allowed; a line for each."""

    moved: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and the live state it was made from."""

    plan: Plan
    live: LiveState


def plan_pass(
    desired: DesiredState,
    gateway: Gateway,
    options: Options,
    *,
    target: Target,
    source: Source,
    now: datetime,
    ledger: Ledger = EMPTY,
) -> Planned:
    """Read what is live in the target's groups and plan. Writes nothing."""
    live = read(gateway, desired, ReadScope(target.scopes, options.owner))
    live = _with_evidence(gateway, live, asked_first(desired, live, options, target=target, now=now))
    plan = build(desired, live, options, target=target, source=source, now=now, ledger=ledger)
    if not options.replication:
        return Planned(plan, live)
    replication, live = _replication(gateway, plan, live)
    plan = build(desired, live, options, target=target, source=source, now=now, replication=replication, ledger=ledger)
    return Planned(plan, live)


def _with_evidence(gateway: Gateway, live: LiveState, asked: Questions) -> LiveState:
    """Look up what replacements stand on, where any is asked for; the calls count as reading."""
    if asked == Questions():
        return live
    started, calls = time.monotonic(), gateway.calls
    evidence = gather(gateway, asked, PATIENT)
    seconds = live.seconds + time.monotonic() - started
    return replace(live, evidence=evidence, calls=live.calls + gateway.calls - calls, seconds=seconds)


def _replication(gateway: Gateway, plan: Plan, live: LiveState) -> tuple[Replication, LiveState]:
    """Ask how far the versions are that decide what `latest` is, and no others; the calls count as reading."""
    started, calls = time.monotonic(), gateway.calls
    later = afterwards(live, plan.actions)
    known: Replication = {}
    while asked := questions(later, known):
        known = {**known, **read_replications(gateway, asked)}
    seconds = live.seconds + time.monotonic() - started
    return known, replace(live, calls=live.calls + gateway.calls - calls, seconds=seconds)


def check_pass(
    planned: Planned, gateway: Gateway, *, as_writer: bool = True, sources: bool = False, workers: int = 16
) -> Planned:
    """Look up what would make Azure refuse the plan: rights, locks and, on request, sources. Writes nothing.

    `as_writer` says that the gateway signs in as who will write; only then its rights are worth asking for. A plan
    that writes nothing asks nothing; the calls count as reading.
    """
    plan, live = planned.plan, planned.live
    asked = asked_ahead(plan, rights=as_writer, sources=sources)
    if asked == Asked():
        return planned
    started, calls = time.monotonic(), gateway.calls
    found = look_ahead(gateway, asked, BRIEF, workers=workers)
    checks = checks_of(plan, asked, found, rights=as_writer)
    seconds = live.seconds + time.monotonic() - started
    live = replace(live, calls=live.calls + gateway.calls - calls, seconds=seconds)
    return Planned(replace(plan, checks=checks), live)


def blocked(plan: Plan, *, partial: bool) -> bool:
    """Whether nothing of the plan may be written."""
    return plan.stopped(partial=partial)


def recheck_pass(
    plan: Plan, gateway: Gateway, permission: Permission, *, now: datetime, workers: int = 16
) -> Rechecked:
    """Read again what a saved plan writes to, and say what no longer fits it or is not allowed, in the plan's order.

    Where something goes the whole target is read again, for the guards that count. Writes nothing. Raises AzureError
    where something cannot be read: unread is not unchanged.
    """
    steps, relied = written(plan), reliances(plan)
    looks = {actions[0].address: actions[0].resource_id for actions in steps}
    shared = {action.address for actions in steps for action in actions if action.verb is Verb.SHARE}
    keyed = {action.address for actions in steps for action in actions if wants_boot_keys(action)}
    looks |= {address: "" for reliance in relied for address in reliance.keeping if address not in looks}

    def look(place: tuple[Address, str]) -> LiveResource | None:
        address = place[0]
        fresh = read_one(gateway, *place, sharing=address in shared, boot_keys=address in keyed, patience=PATIENT)
        if isinstance(fresh, Unread):
            raise AzureError(f"{fresh.where} could not be read: {fresh.message}", fresh.hint or "try again")
        return fresh

    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="recheck") as pool:
        fresh = dict(zip(looks, pool.map(look, looks.items()), strict=True))
    moved = [fit_steps(actions, fresh[actions[0].address]) for actions in steps]
    moved += [unseen_edits(actions, fresh[actions[0].address]) for actions in steps if actions[0].address in keyed]
    moved += [bereft(reliance, fresh) for reliance in relied]
    found = tuple(each.message for each in moved if each is not None)
    return Rechecked(found, (*barred(plan, permission, fresh), *_barred_deletes(plan, gateway, permission, now)))


def _barred_deletes(plan: Plan, gateway: Gateway, permission: Permission, now: datetime) -> tuple[str, ...]:
    going = [action for action in plan.writes if action.removes]
    if not going:
        return ()
    asked = DesiredState({each.address: DesiredResource(each.address, {}, Origin("")) for each in going})
    live = read(gateway, asked, ReadScope(plan.target.scopes, permission.options.owner))
    return barred_deletes(plan, permission, context_of({}, live, permission.options, now))


def apply_pass(
    plan: Plan,
    gateway: Gateway,
    rules: Rules,
    *,
    on_progress: Callable[[Progress], None],
    stopping: threading.Event,
    workers: int = 16,
    on_start: Callable[[Callable[[], Report]], None] = lambda _: None,
) -> Report:
    """Carry a plan out until it is done or `stopping` is set.

    `on_start` gets a function that reports what is known at any moment: the report of whoever has to stop at once.
    """
    run = Run(plan, gateway, rules, workers=workers)
    on_start(run.report)
    try:
        while not run.done:
            if stopping.is_set():
                run.stop()
            progress = run.step()
            on_progress(progress)
            _nap(run, progress, rules.clock)
        return run.report()
    finally:
        run.close()


def _nap(run: Run, progress: Progress, clock: Callable[[], float]) -> None:
    until = progress.next_poll_at
    seconds = LONGEST_NAP if until is None else min(max(until - clock(), 0.0), LONGEST_NAP)
    if run.waiting_for_answers:
        run.wait(seconds)
    elif seconds and not run.done:
        threading.Event().wait(seconds)


@contextmanager
def stop_on_signals(stopping: threading.Event, on_first: Callable[[str], None]) -> Iterator[list[int]]:
    """First SIGINT or SIGTERM sets `stopping`, the second raises KeyboardInterrupt, any more end the process.

    Yields the signals seen.
    """
    seen: list[int] = []

    def handle(number: int, _frame: FrameType | None) -> None:
        seen.append(number)
        if len(seen) == SECOND:
            raise KeyboardInterrupt
        if len(seen) > SECOND:
            os._exit(128 + number)
        stopping.set()
        on_first(signal.Signals(number).name)

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield seen
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass(frozen=True, slots=True)
class Watched:
    """What drifted, and the live state that says so."""

    drift: Drift
    live: LiveState


def drift_pass(
    desired: DesiredState, gateway: Gateway, options: Options, target: Target, *, now: datetime, ledger: Ledger = EMPTY
) -> Watched:
    """Read as a plan does, and tell what differs from what was last applied. Writes nothing."""
    live = read(gateway, desired, ReadScope(target.scopes, options.owner))
    context, _ = ignoring(within(target.allowed, context_of(desired.resources, live, options, now, ledger)))
    return Watched(drift_of(context), live)


@dataclass(frozen=True, slots=True)
class Status:
    """The health of every declared resource, in address order, and what was seen of versions' replication now."""

    rows: tuple[ResourceHealth, ...]
    seen: Mapping[str, Seen]


def status_pass(
    desired: DesiredState,
    gateway: Gateway,
    options: Options,
    target: Target,
    *,
    memory: Memory,
    on_asking: Callable[[int], None] = lambda _: None,
) -> Status:
    """Judge the health of what is declared; versions are asked for their regions, as the budget for that allows.

    `on_asking` hears how many versions are asked. Of more than may be asked the rest is unknown, and first the next
    time.
    """
    live = read(gateway, desired, ReadScope(target.scopes, options.owner))
    declared = sorted(with_roles(desired.resources, live.roles))
    order = asking((live.resources[address] for address in declared if address in live.resources), memory)
    asked = order.chosen(gateway.replication_budget.left)
    on_asking(len(asked))
    found = read_replications(gateway, asked)
    rows = tuple(_health(address, live, found, order) for address in declared)
    told = ((address, regions) for address, regions in found.items() if not isinstance(regions, Unread))
    return Status(
        rows,
        {address.key: Seen(fingerprint(live.resources[address]), regions, memory.now) for address, regions in told},
    )


def _health(address: Address, live: LiveState, found: Replication, order: Asking) -> ResourceHealth:
    resource = live.resources.get(address)
    if resource is None:
        return _not_found(address, live)
    if address.kind is not Kind.IMAGE_VERSION:
        return health_of(resource, None)
    if resource.address in found:
        return health_of(resource, found[resource.address])
    if resource.address in order.believed:
        remembered = order.believed[resource.address]
        return replace(health_of(resource, remembered.regions), seen=remembered.at)
    return ResourceHealth(address, Health.UNKNOWN, NOT_ASKED)


def _not_found(address: Address, live: LiveState) -> ResourceHealth:
    place = next((place for place in live.unread if place.covers(address)), None)
    if place is not None:
        return ResourceHealth(address, Health.UNKNOWN, f"{place.code}: {place.message}")
    if address in live.absent:
        return ResourceHealth(address, Health.MISSING, "not in Azure")
    return ResourceHealth(address, Health.UNKNOWN, "neither listed nor proven absent")
