"""Progress lines where there is no terminal: a log is never silent for long while something runs."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from reconciler.executor.run import Progress
from reconciler.executor.task import Task
from reconciler.model.address import Address
from reconciler.model.plan import Action, Verb
from reconciler.model.report import ActionResult, Outcome, RegionProgress
from reconciler.render.live_progress import LiveProgress
from reconciler.render.paint import Page
from reconciler.render.progress import ProgressLines
from reconciler.render.running import Running
from reconciler.render.words import seconds_words

ACTIONS = [Action(str(at), Address("s", "rg", "corp", "ubuntu", f"{at}.0.0"), Verb.CREATE, (), "") for at in range(7)]


@dataclass
class Watch:
    """Progress seen with a clock of its own."""

    total: int = len(ACTIONS)
    now: float = 1000.0
    usual: float | None = None
    stream: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self) -> None:
        running = Running(self.total, lambda: self.now, lambda _: self.usual)
        self.lines = ProgressLines(self.stream, Page(100), running, lambda: self.now)

    def after(self, seconds: float, progress: Progress = Progress()) -> list[str]:  # noqa: B008 - frozen
        """The lines that a step brings so many seconds after the one before."""
        self.now += seconds
        before = len(self.stream.getvalue())
        self.lines.show(progress)
        return self.stream.getvalue()[before:].splitlines()


def finished(action: Action) -> Progress:
    return Progress(finished=(ActionResult(action.id, action.address, action.verb, Outcome.SUCCEEDED, seconds=3.0),))


def test_after_half_a_minute_of_silence_a_line_names_what_still_runs() -> None:
    watch = Watch()
    watch.after(0, Progress(started=(ACTIONS[0],)))

    silent = [watch.after(1) for _ in range(29)]
    told = watch.after(1)

    assert not any(silent)
    assert told == ["… still running: create rg/corp/ubuntu/0.0.0  30 s · 0 of 7 done"]
    assert [len(watch.after(1)) for _ in range(60)] == [*[0] * 29, 1, *[0] * 29, 1]


def test_whatever_else_is_told_breaks_the_silence_and_what_is_done_is_not_named() -> None:
    watch = Watch(usual=300.0)
    watch.after(0, Progress(started=tuple(ACTIONS)))
    watch.after(29, finished(ACTIONS[0]))

    assert watch.after(29) == []
    told = " ".join(line.strip() for line in watch.after(1))
    assert "0.0.0" not in told
    assert "create rg/corp/ubuntu/1.0.0  59 s of about 5 min 0 s" in told
    assert told.endswith("and 1 more · 1 of 7 done")
    for action in ACTIONS[1:]:
        watch.after(0, finished(action))
    assert watch.after(100) == []


def test_a_terminal_shows_how_long_each_action_runs_and_usually_takes() -> None:
    now = [0.0]
    usual: list[float | None] = [None]
    stream = io.StringIO()
    live = LiveProgress(stream, Page(100), Running(2, lambda: now[0], lambda _: usual[0]))
    task = Task(ACTIONS[0], 0.0, 0.0, regions=(RegionProgress("westeurope", "Replicating", 40),))
    with live:
        live.show(Progress(started=(ACTIONS[0],), looked=(task,)))
        now[0], usual[0] = 75.0, 240.0
        live.show(Progress())
        shown = "\n".join(str(row) for row in live.picture().renderables)

    assert "create rg/corp/ubuntu/0.0.0  1 min 15 s of about 4 min 0 s" in shown
    assert "westeurope           ━━━━╌╌╌╌╌╌ 40 %" in shown
    assert "0 of 2 done · 1 min 15 s" in shown


def test_hours_are_told_as_hours() -> None:
    assert [seconds_words(each) for each in (0.94, 12.3, 250, 3599, 7500)] == [
        "0.9 s",
        "12 s",
        "4 min 10 s",
        "59 min 59 s",
        "2 h 5 min",
    ]


def at(progress: int, state: str = "Replicating") -> Progress:
    regions = (RegionProgress("westeurope", "Completed", 100), RegionProgress("uksouth", state, progress))
    return Progress(looked=(Task(ACTIONS[0], 0.0, 0.0, regions=regions),))


def test_a_region_is_told_of_again_once_it_came_a_quarter_further() -> None:
    watch = Watch()
    told = [watch.after(1, at(each)) for each in (10, 20, 26, 40, 51, 51, 99)]
    assert told[0] == ["    rg/corp/ubuntu/0.0.0  westeurope Completed · uksouth 10 %"]
    assert told[1:] == [
        [],
        ["    rg/corp/ubuntu/0.0.0  uksouth 26 %"],
        [],
        ["    rg/corp/ubuntu/0.0.0  uksouth 51 %"],
        [],
        ["    rg/corp/ubuntu/0.0.0  uksouth 99 %"],
    ]
    assert watch.after(1, at(99, "Failed")) == ["    rg/corp/ubuntu/0.0.0  uksouth Failed"]


def test_what_is_waited_for_is_told_once() -> None:
    watch = Watch()
    task = Task(ACTIONS[0], 0.0, 0.0, note="HTTP 429 TooManyRequests: tried again in 36 s")
    told = [watch.after(1, Progress(looked=(task,))) for _ in range(3)]
    assert told == [["    rg/corp/ubuntu/0.0.0  HTTP 429 TooManyRequests: tried again in 36 s"], [], []]
