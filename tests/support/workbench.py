"""A workbench for scenarios: manifests in a folder, a real emulator behind the real SDK, and the pass between them."""

from __future__ import annotations

import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.emulator.serve import Emulator, start
from reconciler.emulator.settings import Durations, EmulatorSettings
from reconciler.executor.task import Pace, Rules
from reconciler.live.cloud import cloud_of
from reconciler.live.credential import StaticToken
from reconciler.live.gateway import Gateway
from reconciler.manifest.build import Built, Fallback, build
from reconciler.model.address import Address, Scope
from reconciler.model.diagnostic import Severity
from reconciler.model.plan import Action, Plan, Source, Target, Verb
from reconciler.model.report import Outcome, Report
from reconciler.planner.options import Options
from reconciler.reconcile import apply_pass, plan_pass
from reconciler.source.directory import read_path

SUB = "00000000-0000-0000-0000-000000000001"
GROUP = "rg-images"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
QUICK = Durations(
    gallery=0, definition=0, share=0, version_create=0, region_add=0, region_spread=0, version_write=0, version_delete=0
)
PACE = Pace(first_poll=0.01, longest_poll=0.05, first_retry=0.01, longest_retry=0.1)


@dataclass
class Workbench:
    """One folder of manifests against one emulator."""

    folder: Path
    emulator: Emulator
    gateway: Gateway
    options: Options = field(default_factory=lambda: Options(instance="test", max_deletes=100, max_delete_percent=100))
    scopes: tuple[Scope, ...] = (Scope(SUB, GROUP),)

    def write(self, text: str, name: str = "gallery.yaml") -> None:
        """Put a manifest into the folder; one call, one file."""
        (self.folder / name).write_text(textwrap.dedent(text), encoding="utf-8")

    def built(self) -> Built:
        """Read the folder; every error fails the test."""
        read = read_path(self.folder)
        built = build(read.texts, Fallback(SUB, GROUP), now=NOW)
        errors = [*read.diagnostics, *(found for found in built.diagnostics if found.severity is Severity.ERROR)]
        assert not errors, "\n".join(map(str, errors))
        return built

    def plan(self, **options: Any) -> Plan:
        """Plan what the folder declares; keywords change options for this run."""
        return self.plan_at(NOW, **options)

    def plan_at(self, now: datetime, **options: Any) -> Plan:
        """The same at another moment."""
        desired = self.built().desired
        unique = {scope.key: scope for scope in (*self.scopes, *desired.scopes)}
        chosen = replace(self.options, **options)
        target = Target("test", "emulator", chosen.instance, tuple(unique[key] for key in sorted(unique)))
        return plan_pass(desired, self.gateway, chosen, target=target, source=Source("test"), now=now).plan

    def carry_out(self, plan: Plan, rules: Rules | None = None) -> Report:
        """Apply a plan as it is."""
        return apply_pass(
            plan,
            self.gateway,
            rules or Rules(pace=PACE),
            on_progress=lambda _: None,
            stopping=threading.Event(),
        )

    def apply(self, **options: Any) -> Report:
        """Plan and apply; every action must succeed, and every value be kept."""
        plan = self.plan(**options)
        assert not plan.refusals, plan.refusals
        assert not plan.unread, plan.unread
        report = self.carry_out(plan)
        assert all(result.outcome is Outcome.SUCCEEDED for result in report.results), report.results
        assert not [warning for result in report.results for warning in result.warnings]
        return report

    def live(self, suffix: str) -> dict[str, Any]:
        """The one emulated resource whose id ends so."""
        found = [body for key, body in self.emulator.resources().items() if key.lower().endswith(suffix.lower())]
        assert len(found) == 1, (suffix, list(self.emulator.resources()))
        return found[0]

    def ids(self) -> list[str]:
        """The ids of everything in the emulator, without the subscription and provider noise."""
        return sorted(key.split("/galleries/", 1)[-1] for key in self.emulator.resources())

    def written(self) -> list[tuple[str, str]]:
        """Method and path of every write the emulator received."""
        return [
            (record.method, record.path)
            for record in self.emulator.requests
            if record.method in ("PUT", "PATCH", "DELETE", "POST")
        ]


@contextmanager
def workbench(folder: Path, **settings: Any) -> Iterator[Workbench]:
    """Start an emulator with no waiting time and a workbench on it."""
    manifests = folder / "manifests"
    manifests.mkdir(parents=True, exist_ok=True)
    chosen = {"time_scale": 0.0, "durations": QUICK, **settings}
    with start(EmulatorSettings(state=folder / "emulator.sqlite", **chosen)) as emulator:
        cloud = cloud_of("emulator", endpoint=emulator.base_url)
        gateway = Gateway(cloud, StaticToken(emulator.token), time_scale=chosen["time_scale"])
        try:
            yield Workbench(manifests, emulator, gateway)
        finally:
            gateway.close()


def writes(plan: Plan) -> list[tuple[str, str]]:
    """Verb and address of every writing action, in order."""
    return [(str(action.verb), short(action.address)) for action in plan.actions if action.writes]


def short(address: Address) -> str:
    """The address without its resource group."""
    return address.text().split("/", 1)[1]


def only(plan: Plan, verb: Verb) -> Action:
    """The one action of a verb."""
    found = [action for action in plan.actions if action.verb is verb]
    assert len(found) == 1, writes(plan)
    return found[0]


def changed(plan: Plan) -> list[tuple[str, Any, Any]]:
    """Every change of every writing action but the owner tag: path, before, after."""
    return [
        (change.dotted, change.before, change.after)
        for action in plan.actions
        if action.writes
        for change in action.changes
        if change.dotted != "tags.reconciler.owner"
    ]
