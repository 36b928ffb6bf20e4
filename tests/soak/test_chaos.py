"""An apply that is killed at any moment, on a bad day, is finished by the next one on a good day.

Whatever happens, nothing is sent twice while it runs, nothing is written that no plan held, and above all nothing is
deleted that the plan which was shown did not delete. A seed names a run; it is printed when the run fails.
"""

from __future__ import annotations

import random
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.emulator.settings import Doubts, Durations
from reconciler.model.plan import Plan
from tests.soak.changing import after, before
from tests.soak.evidence import Place, held, in_flight, needless, place, repeated, sent
from tests.soak.trouble import trouble
from tests.support.commands import Ran, environment
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.launched import Launched, begin
from tests.support.soak import FIXED_SEEDS
from tests.support.workbench import Workbench, workbench

BLOCKS, RUNS = 4, 5 if FIXED_SEEDS else 50
SCALE = 0.01
DURATIONS = Durations(  # ten milliseconds each
    *(4, 4, 4), version_create=20, region_add=20, region_spread=5, version_write=15, version_delete=20, retry_after=5
)
DOUBTS = Doubts(parent_cache_lag=5.0)
REQUESTS = 200  # about as many as an undisturbed apply sends
MOMENT = 0.03  # seconds in which something runs
ENDLESS = 60.0
APPLY = ("apply", "manifests", "--yes", "--prune", "-o", "json")


@dataclass
class Tally:
    """What came of several runs."""

    kills: int = 0
    in_flight: int = 0
    half_done: int = 0
    waited: int = 0


@dataclass(frozen=True)
class Life:
    """One run: its emulator, its dice, and what it was allowed to write."""

    bench: Workbench
    dice: random.Random
    first: Plan
    allowed: set[Place]

    def begin(self) -> Launched:
        """An apply, of a plan that is known here too: made first, by who is spared all trouble."""
        if sent(self.bench.emulator.requests):  # else the first plan still holds
            faults, standing = self.bench.emulator.faults, self.bench.emulator.faults.all()
            faults.clear()
            self.allowed.update(held(self.bench.plan(prune=True)))
            for fault in standing:
                faults.add(fault)
        more = {"RECONCILER_LIMITS_MAX_DELETES": "100"}
        state = self.bench.emulator.settings.state
        found = environment(state, more, time_scale=SCALE)
        return begin(APPLY, None, self.bench.folder.parent, found, self.bench.folder.parent)

    def killed(self, tally: Tally) -> None:
        """An apply that is killed after so many requests, if it does not end before; `tally` is told.

        Half of the kills are held back until something runs in Azure: on a busy machine most would come too late.
        """
        state = self.bench.emulator.settings.state
        last = len(self.bench.emulator.requests) + self.dice.randrange(REQUESTS)
        aimed, moment = self.dice.random() < 0.5, self.dice.uniform(0, MOMENT)
        command = self.begin()
        deadline = time.monotonic() + ENDLESS
        while command.running and (len(self.bench.emulator.requests) < last or (aimed and not in_flight(state))):
            assert time.monotonic() < deadline, "it neither ends nor asks"
            time.sleep(0.004)
        time.sleep(0 if aimed else moment)
        running = command.running
        command.kill()
        flying = in_flight(state)
        over(command)
        tally.kills += running
        tally.in_flight += running and flying > 0
        tally.half_done += running and 0 < len(sent(self.bench.emulator.requests)) < len(self.first.writes)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The estate before the day, as an emulator's state."""
    folder = tmp_path_factory.mktemp("template")
    with workbench(folder) as bench:
        bench.write(before())
        bench.apply()
    return folder / "emulator.sqlite"


def live_one(folder: Path, template: Path, dice: random.Random, tally: Tally) -> None:
    folder.mkdir()
    shutil.copy(template, folder)
    with workbench(folder, time_scale=SCALE, durations=DURATIONS, doubts=DOUBTS) as bench:
        bench.write(after(dice))
        first = bench.plan(prune=True)
        assert len(first.writes) >= 40
        life = Life(bench, dice, first, set(held(first)))
        for fault in trouble(dice):
            bench.emulator.faults.add(fault)
        for _ in range(dice.choice((1, 1, 2))):
            life.killed(tally)
        bench.emulator.faults.clear()

        ended = finished(life, tally)

        assert ended.code == 0, (undone(ended), ended.err)
        left = [action.id for action in bench.plan(prune=True).pending]
        assert not left, (left, ended.document["plan"]["summary"], done(ended))
        check(life)


def over(command: Launched) -> Ran:
    """The end of an apply."""
    code, out, err = command.ended(ENDLESS)
    assert "Traceback" not in err, err
    return Ran(code, out, err)


def finished(life: Life, tally: Tally) -> Ran:
    """A run on a good day. Where it finds operations of the bad day still running, it waits and plans what is left."""
    ended = over(life.begin())
    tally.waited += bool(ended.document.get("earlier"))
    return ended


def done(ended: Ran) -> list[tuple[str, ...]]:
    """What the last run did: verb, address, outcome, why."""
    results = (ended.document["report"] or {"results": []})["results"]
    return [(each["verb"], each["address"].split("/", 2)[-1], each["outcome"], each["why"]) for each in results]


def undone(ended: Ran) -> list[tuple[str, str, str]]:
    """What was not done, but for what was skipped for its sake: verb, address, why."""
    results = (ended.document["report"] or {"results": []})["results"]
    fine = ("succeeded", "skipped")
    return [(each["verb"], each["address"], each["why"]) for each in results if each["outcome"] not in fine]


def check(life: Life) -> None:
    """What the emulator saw."""
    requests = life.bench.emulator.requests
    writes = [place(one.method, one.path) for one in sent(requests)]
    deletes = {write for write in writes if write[0] == "DELETE"}
    assert deletes <= set(held(life.first)), "deleted, and the plan that was shown did not say so"
    assert set(writes) <= life.allowed, "written, and no plan said so"
    assert not repeated(requests, life.bench.emulator.settings.state)
    assert not needless(requests, life.bench.emulator.settings.state, life.first)


@pytest.mark.timeout(60 * RUNS)
@pytest.mark.parametrize("block", range(BLOCKS))
def test_what_was_killed_on_a_bad_day_converges_on_a_good_one(tmp_path: Path, template: Path, block: int) -> None:
    tally = Tally()
    for number in range(RUNS):
        seed = f"{block}-{number}" if FIXED_SEEDS else f"{block}-{number}-{random.getrandbits(32):x}"
        try:
            live_one(tmp_path / seed, template, random.Random(seed), tally)
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
        shutil.rmtree(tmp_path / seed)
    sys.stdout.write(f"{tally}\n")
    assert tally.kills >= RUNS / 2
    assert tally.in_flight >= tally.kills / 4


def test_the_emulator_tells_what_was_sent_again_while_it_ran(tmp_path: Path) -> None:
    with workbench(tmp_path, time_scale=1.0, durations=Durations(gallery=0, definition=0, version_create=60)) as bench:
        bench.write(GALLERY + IMAGE + versions("1.0.0"))
        writes = bench.plan().writes
        for action in writes:
            assert bench.gateway.put(action.address.kind, action.resource_id, action.body or {}).ok
        assert not repeated(bench.emulator.requests, bench.emulator.settings.state)

        version = writes[-1]
        bench.gateway.put(version.address.kind, version.resource_id, version.body or {})

        ((method, path, status, _),) = repeated(bench.emulator.requests, bench.emulator.settings.state)
        assert (method, path, status) == ("PUT", version.resource_id.lower(), 409)
