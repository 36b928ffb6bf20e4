"""Several processes on one emulator: they tell one story, and it goes on whoever of them ends, and however."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from reconciler.emulator.serve import start
from reconciler.emulator.server import Address, read_address
from reconciler.emulator.settings import EmulatorSettings
from tests.support.commands import PROGRAM, Ran, environment
from tests.support.estates import ESTATE
from tests.support.workbench import GROUP, SUB

QUICK, SLOW = 0.005, 0.015
GALLERY = f"/subscriptions/{SUB}/resourceGroups/{GROUP}/providers/Microsoft.Compute/galleries/corp"
EVERYTHING = ["corp", "ubuntu", "1.0.0", "1.1.0"]


@dataclass
class Desk:
    """A folder with manifests and a state file, and the processes started there."""

    folder: Path
    time_scale: float = QUICK
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def state(self) -> Path:
        return self.folder / "emulator.sqlite"

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command and let it run."""
        process = subprocess.Popen(
            [*PROGRAM, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env=environment(self.state, {}, time_scale=self.time_scale),
        )
        self.running.append(process)
        return process

    def run(self, *arguments: str) -> Ran:
        return ended(self.begin(*arguments))

    def emulator(self) -> subprocess.Popen[str]:
        process = self.begin("emulator", "--state", str(self.state), "--time-scale", str(self.time_scale))
        until(lambda: self.served_by(process))
        return process

    def apply(self) -> subprocess.Popen[str]:
        return self.begin("apply", "manifests", "--yes")

    @property
    def address(self) -> Address:
        found = read_address(self.state)
        assert found is not None
        return found

    def served_by(self, process: subprocess.Popen[str]) -> bool:
        found = read_address(self.state)
        return found is not None and found.pid == process.pid

    def version_state(self) -> str:
        """The provisioningState of a version, "" where it cannot be had."""
        found = read_address(self.state)
        if found is None:
            return ""
        url = f"{found.base_url}{GALLERY}/images/ubuntu/versions/1.0.0?api-version=2024-03-03"
        try:
            answer = requests.get(url, headers={"Authorization": f"Bearer {found.token}"}, timeout=5)
        except requests.exceptions.ConnectionError:
            return ""
        return str(answer.json().get("properties", {}).get("provisioningState", ""))

    def check_all_is_done(self) -> None:
        """Every process has ended: each resource is there once, settled, and nothing is left to do."""
        with start(EmulatorSettings(state=self.state)) as emulator:
            held = emulator.resources()
        states = {key.rsplit("/", 1)[-1]: body["properties"].get("provisioningState") for key, body in held.items()}
        granted = [name for name, state in states.items() if state is None]
        assert states == dict.fromkeys(EVERYTHING, "Succeeded") | dict.fromkeys(granted)
        assert (len(held), len(granted)) == (5, 1)
        with closing(sqlite3.connect(self.state)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert self.run("plan", "manifests", "--detailed-exitcode").code == 0


def ended(process: subprocess.Popen[str]) -> Ran:
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err, err
    return Ran(process.returncode, out, err)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "gallery.yaml").write_text(ESTATE)
    desk = Desk(tmp_path)
    yield desk
    for process in desk.running:
        process.kill()
        process.communicate()


def healths(ran: Ran) -> dict[str, Any]:
    return {entry["address"].rsplit("/", 1)[-1]: entry["health"] for entry in ran.document["resources"]}


def test_apply_serves_and_status_joins_and_they_tell_one_story(desk: Desk) -> None:
    desk.time_scale = SLOW
    apply = desk.apply()
    until(lambda: desk.version_state() == "Creating")
    address = desk.address

    during = desk.run("status", "manifests", "-o", "json")

    assert apply.poll() is None
    assert desk.address == address
    assert address.pid == apply.pid
    assert healths(during)["corp"] == "Healthy"
    assert healths(during)["1.0.0"] == "Progressing"
    applied = ended(apply)
    assert applied.code == 0, applied.err
    assert "5 succeeded" in applied.out
    after = desk.run("status", "manifests", "-o", "json")
    assert set(healths(after).values()) == {"Healthy"}
    assert (desk.address.base_url, desk.address.token) == (address.base_url, address.token)
    desk.check_all_is_done()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_apply_takes_over_when_the_emulator_it_joined_ends(desk: Desk, number: signal.Signals) -> None:
    emulator = desk.emulator()
    address = desk.address
    apply = desk.apply()
    until(lambda: desk.version_state() == "Creating")
    assert desk.served_by(emulator)

    emulator.send_signal(number)
    assert emulator.wait() == (0 if number is signal.SIGTERM else -number)

    until(lambda: desk.served_by(apply))
    assert (desk.address.base_url, desk.address.token) == (address.base_url, address.token)
    assert desk.run("status", "manifests").code == 0
    applied = ended(apply)
    assert applied.code == 0, applied.err
    assert "5 succeeded" in applied.out
    desk.check_all_is_done()


def test_two_applies_at_once_leave_one_estate(desk: Desk) -> None:
    both = [ended(process) for process in [desk.apply(), desk.apply()]]

    assert sorted(ran.code for ran in both) in ([0, 0], [0, 6]), both  # one after the other, or one at all
    assert desk.run("apply", "manifests", "--yes").code == 0
    desk.check_all_is_done()


def test_apply_goes_on_where_a_killed_one_was(desk: Desk) -> None:
    killed = desk.apply()
    until(lambda: desk.version_state() == "Creating")
    killed.kill()
    killed.wait()

    again = desk.run("apply", "manifests", "--yes")

    assert again.code == 0, again.err
    desk.check_all_is_done()


def test_apply_goes_on_where_it_was_killed_together_with_the_emulator(desk: Desk) -> None:
    emulator, killed = desk.emulator(), desk.apply()
    until(lambda: desk.version_state() == "Creating")
    for process in (killed, emulator):
        process.kill()
        process.wait()

    again = desk.run("apply", "manifests", "--yes")

    assert again.code == 0, again.err
    desk.check_all_is_done()
