from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from reconciler.emulator.serve import EmulatorBusyError, attach, start
from reconciler.emulator.settings import EmulatorSettings
from tests.emulator.arm import API, gallery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.emulator.serve import Attached

ROOT = Path(__file__).resolve().parents[2]
GALLERY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/corp"
PROGRAM = """
import sys, time
from pathlib import Path
from reconciler.emulator.serve import attach
from reconciler.emulator.settings import EmulatorSettings
share = attach(EmulatorSettings(state=Path(sys.argv[1])))
print(share.base_url, share.token, share.serving, flush=True)
while sys.stdin.readline().strip() != "close":
    print(share.base_url, share.token, share.serving, flush=True)
share.close()
"""
FOREVER = """
import sys
from pathlib import Path
from reconciler.emulator.serve import serve_forever
from reconciler.emulator.settings import EmulatorSettings
serve_forever(EmulatorSettings(state=Path(sys.argv[1])), on_ready=lambda emulator: print(emulator.base_url, flush=True))
print("stopped", flush=True)
"""


@pytest.fixture
def spawn() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    running: list[subprocess.Popen[str]] = []

    def run(program: str, state: Path) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(state)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.communicate()


def said(process: subprocess.Popen[str]) -> tuple[str, str, bool]:
    assert process.stdout is not None
    base_url, token, serving = process.stdout.readline().split()
    return base_url, token, serving == "True"


def asked(process: subprocess.Popen[str]) -> tuple[str, str, bool]:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return said(process)


def put(base_url: str, token: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.put(f"{base_url}{GALLERY}?api-version={API}", json=gallery(), headers=headers, timeout=5)


def get(url: str, token: str, patience: float = 10.0) -> requests.Response:
    deadline = time.monotonic() + patience
    while True:
        try:
            return requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5)
        except requests.exceptions.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_first_serves_and_a_later_one_joins(tmp_path: Path) -> None:
    settings = EmulatorSettings(state=tmp_path / "deep" / "state.db")
    with attach(settings) as first, attach(settings) as second:
        assert (first.serving, second.serving) == (True, False)
        assert (first.base_url, first.token) == (second.base_url, second.token)
        assert put(second.base_url, second.token).status_code == 201


def test_a_joiner_takes_over_when_the_first_closes(tmp_path: Path) -> None:
    settings = EmulatorSettings(state=tmp_path / "state.db")
    first = attach(settings)
    operation = put(first.base_url, first.token).headers["Azure-AsyncOperation"]
    with attach(settings) as second:
        before = (second.base_url, second.token)
        first.close()
        until(lambda: second.serving)
        assert (second.base_url, second.token) == before
        assert get(operation, second.token).json()["status"] == "Succeeded"


def test_a_killed_server_loses_nothing_and_the_joiner_answers_on_its_port(
    tmp_path: Path, spawn: Callable[..., subprocess.Popen[str]]
) -> None:
    state = tmp_path / "state.db"
    server = spawn(PROGRAM, state)
    base_url, token, serving = said(server)
    assert serving
    with attach(EmulatorSettings(state=state)) as joiner:
        assert not joiner.serving
        answer = put(joiner.base_url, joiner.token)
        operation = answer.headers["Azure-AsyncOperation"]
        server.send_signal(signal.SIGKILL)
        server.wait()
        assert get(operation, token).json()["status"] == "Succeeded"
        assert get(f"{base_url}{GALLERY}?api-version={API}", token).status_code == 200
        assert joiner.serving
        assert (joiner.base_url, joiner.token) == (base_url, token)


def test_nothing_that_was_answered_is_lost_in_a_kill(
    tmp_path: Path, spawn: Callable[..., subprocess.Popen[str]]
) -> None:
    state = tmp_path / "state.db"
    answered: dict[str, str] = {}
    for round_ in range(3):
        server = spawn(PROGRAM, state)
        base_url, token, _ = said(server)
        headers = {"Authorization": f"Bearer {token}"}
        with requests.Session() as session:
            for number in range(20):
                url = f"{base_url}{GALLERY}{round_}x{number}?api-version={API}"
                answer = session.put(url, json=gallery(), headers=headers, timeout=5)
                answered[url] = answer.headers["Azure-AsyncOperation"]
        server.send_signal(signal.SIGKILL)
        server.wait()
    with attach(EmulatorSettings(state=state)) as share:
        assert len(answered) == 60
        for url, operation in answered.items():
            assert get(url, share.token).json()["properties"]["provisioningState"] == "Succeeded"
            assert get(operation, share.token).json()["status"] == "Succeeded"


def test_one_of_several_joining_processes_takes_over(
    tmp_path: Path, spawn: Callable[..., subprocess.Popen[str]]
) -> None:
    state = tmp_path / "state.db"
    processes = [spawn(PROGRAM, state) for _ in range(3)]
    shares = [said(process) for process in processes]
    assert len({(base_url, token) for base_url, token, _ in shares}) == 1
    assert sum(serving for _, _, serving in shares) == 1
    base_url, token, _ = shares[0]
    assert put(base_url, token).status_code == 201
    processes.pop([serving for _, _, serving in shares].index(True)).kill()
    assert get(f"{base_url}{GALLERY}?api-version={API}", token).status_code == 200
    assert sum(serving for _, _, serving in map(asked, processes)) == 1


def test_racing_threads_all_end_up_attached(tmp_path: Path) -> None:
    settings = EmulatorSettings(state=tmp_path / "state.db")
    shares: list[Attached] = []
    threads = [threading.Thread(target=lambda: shares.append(attach(settings))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        assert len({(share.base_url, share.token) for share in shares}) == 1
        assert [share.serving for share in shares].count(True) == 1
    finally:
        for share in sorted(shares, key=lambda share: share.serving):
            share.close()


def test_the_address_is_for_its_owner_only_and_says_how_to_be_let_in(tmp_path: Path) -> None:
    settings = EmulatorSettings(state=tmp_path / "state.db")
    with attach(settings) as share:
        file = tmp_path / "state.db.address"
        assert file.stat().st_mode & 0o777 == 0o600
        said = json.loads(file.read_text())
        assert (said["base_url"], said["token"], said["pid"]) == (share.base_url, share.token, os.getpid())
        assert (said["authority"], said["tenant"]) == ("", settings.tenant)
        assert said["sign_ins"].keys() == {"operator", "reader"}


def test_addresses_handed_out_stay_valid_over_a_restart(tmp_path: Path) -> None:
    settings = EmulatorSettings(state=tmp_path / "state.db")
    with attach(settings) as share:
        before = (share.base_url, share.token)
        operation = put(*before).headers["Azure-AsyncOperation"]
    with attach(settings) as share:
        assert (share.base_url, share.token) == before
        assert get(operation, share.token).status_code == 200


def test_a_stale_or_broken_address_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "state.db.address").write_text("{")
    with attach(EmulatorSettings(state=tmp_path / "state.db")) as share:
        assert put(share.base_url, share.token).status_code == 201


def test_start_refuses_a_state_that_is_served(tmp_path: Path) -> None:
    settings = EmulatorSettings(state=tmp_path / "state.db")
    with start(settings) as emulator:
        with pytest.raises(EmulatorBusyError):
            start(settings)
        with attach(settings) as share:
            assert (share.base_url, share.token, share.serving) == (emulator.base_url, emulator.token, False)


def test_a_joiner_that_closes_first_leaves_the_server_alone(tmp_path: Path) -> None:
    settings = EmulatorSettings(state=tmp_path / "state.db")
    with attach(settings) as first:
        attach(settings).close()
        assert put(first.base_url, first.token).status_code == 201


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_forever_stops_cleanly_on_a_signal(
    tmp_path: Path, spawn: Callable[..., subprocess.Popen[str]], number: signal.Signals
) -> None:
    process = spawn(FOREVER, tmp_path / "state.db")
    assert process.stdout is not None
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    process.send_signal(number)
    output, _ = process.communicate(timeout=10)
    assert (output, process.returncode) == ("stopped\n", 0)
