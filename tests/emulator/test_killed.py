from __future__ import annotations

import contextlib
import http.client
import itertools
import random
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from reconciler.emulator.serve import attach, start
from reconciler.emulator.server import Address, read_address
from reconciler.emulator.settings import EmulatorSettings
from reconciler.emulator.signin.certificates import papers_of
from tests.emulator.arm import API, definition, gallery, version
from tests.emulator.doomed import (
    ASSIGNMENTS,
    GALLERIES,
    ROOT,
    SUBSCRIPTION,
    Record,
    Server,
    Write,
    opening,
    plain,
    rows,
    serving,
)
from tests.support.soak import FIXED_SEEDS, examples

MOST_WRITES = 200
UNTIL_ALL_IS_OVER = 400.0
LONGEST_REQUEST = 0.001
LONGEST_OPENING = 0.012
LONGEST_FIRST_OPENING = 0.04
PRINCIPAL = "6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e6f"
OTHER_PRINCIPAL = "6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e70"
READER = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"


def any_write(dice: random.Random, mark: str) -> Write:
    """Any write to any of a few ids; the emulator may refuse it."""
    scope = f"{GALLERIES}/corp{dice.randrange(3)}"
    depth = dice.choices((1, 2, 3), (2, 3, 4))[0]
    method = dice.choices(("PUT", "PATCH", "DELETE"), (5, 2, 3))[0]
    words: dict[str, Any] = {"description": mark}
    body = gallery(**words)
    if depth > 1:
        scope += f"/images/ubuntu{dice.randrange(2)}"
        body = definition(**words, identifier={"publisher": "Corp", "offer": "Ubuntu", "sku": scope[-1]})
    if depth > 2:
        scope += f"/versions/1.0.{dice.randrange(3)}"
        body = version()
    if depth < 3 and dice.random() < 0.3:
        principal = str(uuid.uuid5(uuid.NAMESPACE_URL, scope + str(dice.randrange(3))))
        target = f"{scope}{ASSIGNMENTS}/{principal}"
        properties = {"roleDefinitionId": READER, "principalId": principal, "description": mark}
        method = "DELETE" if method == "DELETE" else "PUT"
        return Write(method, target, None if method == "DELETE" else {"properties": properties})
    if method == "PATCH" and depth > 1:
        body = {"properties": {"osType": "Linux", **words} if depth == 2 else {}}
    return Write(method, scope, None if method == "DELETE" else body | {"tags": {"mark": mark}})


def one_life(server: Server, record: Record, dice: random.Random, name: str) -> Write | None:
    """Write until the kill comes, somewhere in the last request. Gives that request if it was not answered."""
    for number in range(dice.randrange(MOST_WRITES)):
        write = any_write(dice, f"{name}-{number}")
        record.note(write, server.ask(write.method, write.target, write.body))
    write = any_write(dice, f"{name}-last")
    kill_at = time.perf_counter() + dice.uniform(0, LONGEST_REQUEST)
    server.send(write.method, write.target, write.body)
    while time.perf_counter() < kill_at:
        pass
    server.process.kill()
    try:
        record.note(write, server.receive())
    except (OSError, http.client.HTTPException):
        return write
    return None


def check_survival(server: Server, record: Record, last: Write | None, state: Path, since: float) -> None:
    """Everything answered is there, nothing else is, but for the last write: that is whole, or is not."""
    found = rows(state, server.now, since)
    taken = found.operations - record.operations
    assert found.integrity == "ok"
    assert taken in (0, int(last is not None and not last.grants))
    check_running(server, record)
    server.advance(UNTIL_ALL_IS_OVER)
    contents = server.contents()
    if last is not None and (taken or (last.grants and contents != record.held)):
        record.note_unanswered(last, contents.get(last.key))
    assert contents == record.held
    for operation in record.writing.values():
        assert server.ask("GET", operation).body["status"] == "Succeeded"
    for target in record.deleting:
        assert server.ask("GET", target).status == 404
    for body in contents.values():
        assert plain(server.ask("GET", body["id"]).body) == body
    assert rows(state, server.now, since).resources == len(record.held)


def check_running(server: Server, record: Record) -> None:
    """What takes minutes still runs, at the URL it was announced with; deletes are not asked about there."""
    for target, operation in record.writing.items():
        running = server.ask("GET", operation).body["status"]
        assert running == "InProgress" or "/versions/" not in target
    for target in record.deleting:
        if "/versions/" in target:
            assert server.ask("GET", target).body["properties"]["provisioningState"] == "Deleting"


@pytest.mark.parametrize("seed", range(5))
def test_a_kill_loses_nothing_that_was_answered_and_adds_nothing(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed if FIXED_SEEDS else None)
    state, record, last, ahead, since = tmp_path / "state.db", Record(), None, 0.0, 0.0
    places = set()
    for round_ in range(examples(10) + 1):
        with serving(state, ahead) as server:
            check_survival(server, record, last, state, since)
            places.add((server.base_url, server.token))
            ahead, since = server.ahead, server.now
            record.begin()
            last = one_life(server, record, dice, f"{seed}-{round_}")
    assert len(places) == 1
    assert record.accepted > examples(300)


def kill_while_opening(state: Path, ahead: float, dice: random.Random, longest: float) -> None:
    with opening(state, ahead) as process:
        time.sleep(dice.uniform(0, longest))
        process.kill()


def test_starts_that_are_killed_change_nothing(tmp_path: Path) -> None:
    dice = random.Random(0 if FIXED_SEEDS else None)
    state, record = tmp_path / "state.db", Record()
    with serving(state) as server:
        since = server.now
        last = one_life(server, record, dice, "only")
    for _ in range(examples(12)):
        kill_while_opening(state, 0.0, dice, LONGEST_OPENING)
    with serving(state) as server:
        check_survival(server, record, last, state, since)


@pytest.mark.parametrize("seed", range(examples(6)))
def test_a_first_start_that_is_killed_is_not_in_the_way_of_the_next(tmp_path: Path, seed: int) -> None:
    state = tmp_path / "state.db"
    kill_while_opening(state, 0.0, random.Random(seed), LONGEST_FIRST_OPENING)
    with serving(state) as server:
        assert server.ask("PUT", f"{GALLERIES}/corp", gallery()).status == 201
        left = {path.name.removeprefix("state.db") for path in tmp_path.iterdir()}
    assert left == {"", "-wal", "-shm", ".lock", ".address"}


def test_an_address_that_a_kill_left_unpublished_is_not_in_the_way(tmp_path: Path) -> None:
    left = tmp_path / "state.db.address.new"
    left.write_text("{")
    with start(EmulatorSettings(state=tmp_path / "state.db")) as emulator:
        assert not left.exists()
        assert read_address(tmp_path / "state.db") == emulator.address


def granted(principal: str) -> dict[str, Any]:
    return {"properties": {"roleDefinitionId": READER, "principalId": principal}}


def test_a_write_is_done_whole_or_not_at_all_at_whatever_statement_it_is_killed(tmp_path: Path) -> None:
    state, corp = tmp_path / "state.db", f"{GALLERIES}/corp"
    with serving(state) as server:
        server.ask("PUT", corp, gallery())
        for name in (PRINCIPAL, OTHER_PRINCIPAL):
            assert server.ask("PUT", f"{corp}{ASSIGNMENTS}/{name}", granted(name)).status == 201
    killed = 0
    for statement in itertools.count(1):
        with serving(state, UNTIL_ALL_IS_OVER) as server:
            assert (len(server.contents()), rows(state, server.now, 0.0).operations) == (3, 1)
            server.die_at(statement)
            server.send("DELETE", corp)
            with contextlib.suppress(OSError, http.client.HTTPException):
                assert server.receive().status == 202
                break
            killed += 1
    assert killed > 5
    with serving(state, 2 * UNTIL_ALL_IS_OVER) as server:
        assert not server.contents()
        assert rows(state, server.now, 0.0).operations == 2


def test_a_delete_completes_over_restarts_though_nobody_ever_asks_for_its_operation(tmp_path: Path) -> None:
    state, corp = tmp_path / "state.db", f"{GALLERIES}/corp"
    ubuntu, first = f"{corp}/images/ubuntu", f"{corp}/images/ubuntu/versions/1.0.0"
    with serving(state) as server:
        for target, body in ((corp, gallery()), (ubuntu, definition()), (first, version())):
            assert server.ask("PUT", target, body).status == 201
        server.advance(UNTIL_ALL_IS_OVER)
        assert server.ask("DELETE", first).status == 202
        ahead = server.ahead
    with serving(state, ahead) as server:
        assert server.ask("GET", first).body["properties"]["provisioningState"] == "Deleting"
        assert server.ask("DELETE", ubuntu).status == 409
        ahead += 40
    with serving(state, ahead) as server:
        assert server.ask("GET", first).status == 200
        server.advance(UNTIL_ALL_IS_OVER)
        assert server.ask("GET", first).status == 404
        assert server.ask("DELETE", ubuntu).status == 202
    with serving(state, 2 * UNTIL_ALL_IS_OVER + ahead) as server:
        assert list(server.contents()) == [corp.lower()]
        assert server.ask("DELETE", corp).status == 202


def served_by(state: Path) -> int:
    address = read_address(state)
    return 0 if address is None else address.pid


@contextlib.contextmanager
def program(state: Path) -> Iterator[Address]:
    """`reconciler emulator` as people start it; killed at the end."""
    command = [sys.executable, "-m", "reconciler", "emulator", "--state", str(state), "--time-scale", "0.005"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=ROOT) as process:
        try:
            until(lambda: served_by(state) == process.pid)
            address = read_address(state)
            assert address is not None
            yield address
        finally:
            process.kill()


def test_the_program_goes_on_where_it_was_killed_at_the_same_urls(tmp_path: Path) -> None:
    state, corp = tmp_path / "state.db", f"{GALLERIES}/corp"
    ubuntu, first = f"{corp}/images/ubuntu", f"{corp}/images/ubuntu/versions/1.0.0"
    with program(state) as before, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {before.token}"
        url = f"{before.base_url}{{}}?api-version={API}"
        for target, body in ((corp, gallery()), (ubuntu, definition())):
            assert session.put(url.format(target), json=body, timeout=5).status_code == 201
        operation = session.put(url.format(first), json=version(), timeout=5).headers["Azure-AsyncOperation"]
        assert session.get(operation, timeout=5).json()["status"] == "InProgress"
    with program(state) as after, requests.Session() as session:
        assert (after.base_url, after.token) == (before.base_url, before.token)
        session.headers["Authorization"] = f"Bearer {before.token}"
        until(lambda: session.get(operation, timeout=5).json()["status"] == "Succeeded")
        assert session.get(url.format(first), timeout=5).json()["properties"]["provisioningState"] == "Succeeded"


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def asked(address: str, token: str, authority: str = "") -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        session.verify = authority or True
        headers = {"Authorization": f"Bearer {token}"}
        return session.get(f"{address}{GALLERIES}/corp?api-version={API}", headers=headers, timeout=5)


def test_a_joiner_that_cannot_take_over_says_so_in_one_line_and_tries_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    state, kept = tmp_path / "state.db", tmp_path / "kept.db"
    with serving(state) as server, attach(EmulatorSettings(state=state)) as joiner:
        assert server.ask("PUT", f"{GALLERIES}/corp", gallery()).status == 201
        state.rename(kept)
        state.write_text("nothing")
        server.process.kill()
        until(lambda: bool(caplog.messages))
        assert not joiner.serving
        state.unlink()
        kept.rename(state)
        until(lambda: joiner.serving)
        assert asked(server.base_url, server.token).status_code == 200
    (line,) = caplog.messages
    assert line.startswith(f"emulator.take_over.failed: {state} is no emulator's state")


def test_a_joiner_goes_on_speaking_tls(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    first = attach(EmulatorSettings(state=state, tls=True))
    with attach(EmulatorSettings(state=state)) as joiner:
        assert asked(joiner.base_url, joiner.token, joiner.authority).status_code == 404
        before = joiner.base_url
        first.close()
        until(lambda: joiner.serving)
        assert joiner.base_url == before
        assert asked(before, joiner.token, joiner.authority).status_code == 404


def test_a_key_that_a_kill_parted_from_its_certificate_is_made_again(tmp_path: Path) -> None:
    settings = EmulatorSettings(state=tmp_path / "state.db", tls=True)
    start(settings).close()
    papers = papers_of(settings.state)
    papers.key.write_bytes(papers.authority.with_suffix(".key").read_bytes())
    with attach(settings) as share:
        assert asked(share.base_url, share.token, share.authority).status_code == 404
