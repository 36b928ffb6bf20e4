"""What was asked of one apply beside its manifests: how far it goes, who follows it, and how to ask for the rest."""

from __future__ import annotations

from dataclasses import dataclass, fields
from shlex import join
from typing import TYPE_CHECKING, Any, Final

from reconciler.cli.flags import CloudFlags, RunFlags
from reconciler.cli.options import Output, WaitFor
from reconciler.model.plan import Verb

if TYPE_CHECKING:
    from reconciler.cli.event_stream import EventStream
    from reconciler.cli.run_report import ReportPlace
    from reconciler.model.plan import Plan

PROGRAM: Final = "reconciler"
STREAM: Final = "-"
OPTIONS: Final = {"excepted": "--except"}
UNSAID: Final = frozenset({"path", "allow_deletes", "replication"})
PRUNING: Final = frozenset({Verb.DELETE, Verb.ABANDON})


@dataclass(frozen=True, slots=True)
class Asked:
    """One apply as it was asked for; `report` and `events` are the places that follow it, where any were named."""

    partial: bool
    wait: WaitFor
    yes: bool
    lock_timeout: float
    output: Output
    report: ReportPlace | None = None
    events: EventStream | None = None


def again_words(flags: RunFlags, asked: Asked) -> str:
    """The command that plans again and goes on with what is left: the same, with every flag that matters.

    The number of deletes that was allowed is not repeated, because another number is left; the plan says which.
    """
    words = [PROGRAM, "apply", flags.path, *_flag_words(flags)]
    words += ["--partial"] if asked.partial else []
    words += ["--wait", str(asked.wait)] if asked.wait is not WaitFor.REPLICATED else []
    words += ["--lock-timeout", f"{asked.lock_timeout:g}"] if asked.lock_timeout else []
    words += ["--yes"] if asked.yes else []
    return f"{_stream(flags.path)}{join(words)}"


def plan_anew_words(plan: Plan, flags: RunFlags) -> str:
    """The command that makes a saved plan anew: one that was carried out in part fits no longer."""
    path, selection = plan.source.path or flags.path, plan.selection
    words = [PROGRAM, "plan", path, *_flag_words(flags)]
    for option, globs in (("--only", selection and selection.only), ("--except", selection and selection.excepted)):
        words += [word for glob in globs or () for word in (option, glob)]
    words += ["--prune"] if any(action.verb in PRUNING for action in plan.writes) else []
    for override in plan.overrides:
        name, _, value = override.partition(" ")
        words += [name, *([value] if value else [])] if name != "--allow-deletes" else []
    return f"{_stream(path)}{join([*words, '--out', flags.path])}"


def _stream(path: str) -> str:
    """Manifests from a stream have to be streamed again; nobody knows from where."""
    return "… | " if path == STREAM else ""


def _flag_words(flags: CloudFlags) -> list[str]:
    words: list[str] = []
    for each in fields(flags):
        value: Any = getattr(flags, each.name)
        if each.name in UNSAID or value in (None, False, [], ()):
            continue
        option = OPTIONS.get(each.name, f"--{each.name.replace('_', '-')}")
        for one in value if isinstance(value, list | tuple) else [value]:
            words += [option] if one is True else [option, str(one)]
    return words
