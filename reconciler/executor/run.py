"""Walks a plan: a step function over the graph of actions. Who calls `step` decides about time and signals.

Independent branches go on when one fails; what depended on it is skipped, with the cause. Requests go through a
bounded pool, operations are only looked at when they are due.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from graphlib import TopologicalSorter

from reconciler.errors import ReconcilerError
from reconciler.executor.advance import advance
from reconciler.executor.healing import failed_in, perhaps_away
from reconciler.executor.replacement import wholes
from reconciler.executor.slots import Slots
from reconciler.executor.task import Ended, Phase, Rules, Task
from reconciler.live.gateway import Gateway
from reconciler.live.operation import OperationRef
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Action, Change, Plan, Verb
from reconciler.model.report import ActionResult, Outcome, Report
from reconciler.planner.rebase import LAID_OVER

STILL_RUNNING = "still running in Azure"
UNANSWERED = "not answered by Azure yet; if it was sent, it goes on there"
NOT_YET = "not started yet"
NOT_STARTED = "not started: the run was interrupted"


@dataclass(frozen=True, slots=True)
class Progress:
    """What one step did: actions started, looked at and finished, and when the next look is due (None: unknown)."""

    started: tuple[Action, ...] = ()
    looked: tuple[Task, ...] = ()
    finished: tuple[ActionResult, ...] = ()
    next_poll_at: float | None = None


class Run:
    """The state of one apply. `stop` starts nothing new and parks what runs."""

    def __init__(self, plan: Plan, gateway: Gateway, rules: Rules, *, workers: int = 16) -> None:
        self._plan = plan
        self._gateway = gateway
        self._rules = rules
        self._now = rules.clock
        self._actions = {action.id: action for action in plan.pending}
        self._sorter = TopologicalSorter(
            {key: [need for need in action.requires if need in self._actions] for key, action in self._actions.items()}
        )
        self._sorter.prepare()
        self._ready: list[str] = []
        self._slots = Slots(rules.room)
        self._wholes = wholes(self._actions.values())
        self._tasks: dict[str, Task] = {}
        self._looks: dict[Future[Task | Ended], str] = {}
        self._results: dict[str, ActionResult] = {}
        self._wrote: dict[Address, tuple[Change, ...]] = {}
        self._pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="apply")
        self._stopped_at: float | None = None

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        if self._stopped_at is not None:
            return not self._looks or self._now() - self._stopped_at > self._rules.pace.parting
        return not self._tasks and not self._sorter.is_active()

    def step(self) -> Progress:
        """Collect what came back, start what is ready, look at what is due. Never blocks."""
        finished, looked = self._collect()
        started: list[Action] = []
        while self._stopped_at is None and (ready := self._sorter.get_ready()):
            self._ready = sorted([*self._ready, *ready])
            finished += self._skip()
        if self._stopped_at is None:
            started += self._start()
        self._look()
        idle = [task.due for key, task in self._tasks.items() if key not in set(self._looks.values())]
        return Progress(tuple(started), tuple(looked), tuple(finished), min(idle, default=None))

    def wait(self, seconds: float | None) -> None:
        """Wait until a request comes back, at most so many seconds."""
        wait(list(self._looks), timeout=seconds, return_when=FIRST_COMPLETED)

    @property
    def waiting_for_answers(self) -> bool:
        """Whether requests are under way."""
        return bool(self._looks)

    def stop(self) -> None:
        """Start nothing new; requests under way get a moment to finish, operations are left to Azure."""
        if self._stopped_at is None:
            self._stopped_at = self._now()

    def close(self) -> None:
        """Release the pool without waiting."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def report(self) -> Report:
        """The outcome of every action, in the plan's order; what never started is unattempted."""
        results = [self._results.get(key) or self._unfinished(key, action) for key, action in self._actions.items()]
        return Report(tuple(results), self._plan.digest, self._stopped_at is not None)

    def _unfinished(self, key: str, action: Action) -> ActionResult:
        task = self._tasks.get(key)
        if task is None:
            why = NOT_STARTED if self._stopped_at is not None else NOT_YET
            return ActionResult(key, action.address, action.verb, Outcome.UNATTEMPTED, why)
        if task.phase is Phase.WRITE and task.refused and not task.mending and key not in self._looks.values():
            why = f"not taken by Azure so far: {task.refused}"
            return ActionResult(key, action.address, action.verb, Outcome.UNATTEMPTED, why)
        return ActionResult(
            key,
            action.address,
            action.verb,
            Outcome.PENDING,
            f"{perhaps_away(task)}{UNANSWERED if task.phase is Phase.WRITE else STILL_RUNNING}",
            "",
            self._now() - task.started,
            task.regions,
            warnings=task.warnings,
        )

    def _collect(self) -> tuple[list[ActionResult], list[Task]]:
        finished, looked = [], []
        for future in [future for future in self._looks if future.done()]:
            key = self._looks.pop(future)
            outcome = _outcome(future)
            if isinstance(outcome, Ended):
                task = self._tasks.pop(key)
                self._slots.give(task.action.address)
                finished.append(self._finish(key, outcome, self._now() - task.started))
            else:
                self._tasks[key] = outcome
                looked.append(outcome)
        return finished, looked

    def _skip(self) -> list[ActionResult]:
        """End what cannot be done any more, because something it stands on was not."""
        causes = {key: cause for key in self._ready if (cause := self._cause(key)) is not None}
        self._ready = [key for key in self._ready if key not in causes]
        return [self._finish(key, Ended(Outcome.SKIPPED, cause), 0.0) for key, cause in causes.items()]

    def _start(self) -> list[Action]:
        """Begin what is ready and finds a slot; the rest stays ready."""
        started = [self._actions[key] for key in self._ready if self._slots.take(self._actions[key].address)]
        for action in started:
            self._tasks[action.id] = self._begun(action)
        self._ready = [key for key in self._ready if key not in self._tasks]
        return started

    def _begun(self, action: Action) -> Task:
        """A task from its beginning; a wait goes on with the operation that an earlier run left, where one is known."""
        now = self._now()
        url = self._rules.journal.running(action.address) if action.verb is Verb.WAIT else ""
        if url:
            return Task(action, now, now, phase=Phase.OPERATION, operation=OperationRef(url))
        earlier = self._wrote.get(action.address, ())
        return Task(action, now, now, whole=self._wholes.get(action.id), earlier=earlier)

    def _cause(self, key: str) -> str | None:
        """Why an action cannot be done: something forbids it, or what it stands on was not done; None where it can."""
        if barred := self._rules.barred.get(key):
            return barred
        for need in self._actions[key].requires:
            result = self._results.get(need)
            if result is not None and result.outcome is not Outcome.SUCCEEDED:
                return f"because {result.verb} {result.address.text()} {_ended_how(result.outcome)}"
        return None

    def _finish(self, key: str, ended: Ended, seconds: float) -> ActionResult:
        action = self._actions[key]
        result = ActionResult(
            key,
            action.address,
            action.verb,
            ended.outcome,
            ended.why,
            ended.error_code,
            seconds,
            ended.regions,
            ended.anew,
            _hint(action, ended),
            ended.warnings,
            ended.accepted,
        )
        self._results[key] = result
        if ended.outcome is Outcome.SUCCEEDED and action.verb in LAID_OVER and not ended.warnings:
            self._wrote[action.address] = (*self._wrote.get(action.address, ()), *action.changes)
        if action.writes or action.verb is Verb.WAIT:
            self._rules.journal.ended(action.address, ended.outcome, ended.error_code)
        if key in self._wholes and ended.outcome is not Outcome.SUCCEEDED:
            self._wholes[key].stop(f"not deleted, because {action.verb} {action.address.text()} failed")
        self._sorter.done(key)
        return result

    def _look(self) -> None:
        if self._stopped_at is not None:
            return
        busy, now = set(self._looks.values()), self._now()
        for key, task in self._tasks.items():
            if key not in busy and task.due <= now:
                future = self._pool.submit(advance, task, self._gateway, self._rules)
                self._looks[future] = key


def _outcome(future: Future[Task | Ended]) -> Task | Ended:
    """What a look came to; the wall of the workers: one action's accident never costs the others their report."""
    try:
        return future.result()
    except ReconcilerError as error:
        return Ended(Outcome.FAILED, error.message, type(error).__name__)
    except Exception as error:  # noqa: BLE001 - see above
        return Ended(Outcome.FAILED, f"unexpected {type(error).__name__}: {error}", "Unexpected")


def _hint(action: Action, ended: Ended) -> str:
    """What the catalogue of Azure's errors says about a failure; of failed regions the failure itself says it all."""
    if ended.outcome is not Outcome.FAILED or not ended.error_code or failed_in(ended.regions):
        return ""
    from reconciler.live.catalogue.advice import advice  # most runs meet no failure

    return advice(ended.error_code, ended.why, grant=action.address.kind is Kind.ROLE_ASSIGNMENT)


def _ended_how(outcome: Outcome) -> str:
    words = {
        Outcome.FAILED: "failed",
        Outcome.SKIPPED: "was skipped",
        Outcome.PENDING: "is not finished",
        Outcome.UNATTEMPTED: "was not started",
    }
    return words.get(outcome, str(outcome))
