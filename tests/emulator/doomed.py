"""An emulator in a process of its own, made to be killed, and the record of what it answered before.

The record knows nothing of Azure's rules: what was answered is what must be there, what was refused is not.
"""

from __future__ import annotations

import http.client
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.emulator.arm import ACCESS, API

JSON = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
SUBSCRIPTION = "/subscriptions/0f0f0f0f-0000-4000-8000-000000000001"
GALLERIES = f"{SUBSCRIPTION}/resourceGroups/rg-Images/providers/Microsoft.Compute/galleries"
ASSIGNMENTS = "/providers/Microsoft.Authorization/roleAssignments"
SERVER = """
import gc, os, signal, sqlite3, sys, time
from pathlib import Path
from reconciler.emulator.serve import start
from reconciler.emulator.settings import Doubts, EmulatorSettings

def die_at(left):
    def count(_statement):
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
    (database,) = [one for one in gc.get_objects() if isinstance(one, sqlite3.Connection)]
    database.set_trace_callback(count)

ahead = float(sys.argv[2])
doubts = Doubts(assignments_of_deleted="removed")
settings = EmulatorSettings(state=Path(sys.argv[1]), time_scale=1.0, doubts=doubts)
print("opening", flush=True)
running = start(settings, clock=lambda: time.time() + ahead)
print(running.base_url, running.token, flush=True)
for line in sys.stdin:
    order, number = line.split()
    if order == "advance":
        ahead += float(number)
    else:
        die_at(int(number))
    print("done", flush=True)
"""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any

    @property
    def operation(self) -> str | None:
        return self.headers.get("azure-asyncoperation")


@dataclass
class Server:
    """One life of the emulator: its clock runs `ahead` of ours and can be moved on."""

    process: subprocess.Popen[str]
    base_url: str
    token: str
    ahead: float
    connection: http.client.HTTPConnection

    @property
    def now(self) -> float:
        return time.time() + self.ahead

    def advance(self, seconds: float) -> None:
        self._order(f"advance {seconds}")
        self.ahead += seconds

    def die_at(self, statement: int) -> None:
        """Be killed as this statement to the state's database begins, counted from here."""
        self._order(f"die {statement}")

    def _order(self, order: str) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{order}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def send(self, method: str, target: str, body: object = None) -> None:
        """Send a request to an id, or to a URL that was handed out, and do not wait."""
        if target.startswith("http"):
            assert target.startswith(self.base_url), (target, self.base_url)
            target = target.removeprefix(self.base_url)
        else:
            target = f"{target}?api-version={ACCESS if granting(target) else API}"
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        self.connection.request(method, target, None if body is None else json.dumps(body), headers)

    def receive(self) -> Answer:
        answer = self.connection.getresponse()
        content = answer.read()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, headers, json.loads(content) if content else None)

    def ask(self, method: str, target: str, body: object = None) -> Answer:
        self.send(method, target, body)
        return self.receive()

    def listed(self, target: str) -> list[JSON]:
        found: list[JSON] = []
        while target:
            answer = self.ask("GET", target)
            assert answer.status == 200, answer
            found += answer.body["value"]
            target = answer.body.get("nextLink", "")
        return found

    def contents(self) -> dict[str, JSON]:
        """Everything that the lists show, by folded id."""
        found = self.listed(GALLERIES)
        for parent, collection in (("galleries", "images"), ("galleries/images", "versions")):
            parents = [body for body in found if body["type"] == f"Microsoft.Compute/{parent}"]
            found += [child for body in parents for child in self.listed(f"{body['id']}/{collection}")]
        found += self.listed(f"{SUBSCRIPTION}{ASSIGNMENTS}")
        return {body["id"].lower(): plain(body) for body in found}


def granting(target: str) -> bool:
    return ASSIGNMENTS.lower() in target.lower()


def plain(body: JSON) -> JSON:
    """A body without what a GET adds to, or tells otherwise than, the answer to a PUT (2.4/23, 3.8/17, 5/3)."""
    properties = {name: value for name, value in body["properties"].items() if name not in ("createdBy", "createdOn")}
    if "storageProfile" in properties:
        properties["storageProfile"] = {"source": properties["storageProfile"]["source"]}
    return body | {"id": body["id"].lower(), "properties": properties}


def settled(body: JSON) -> JSON:
    """What an answered write reads as when its operation is over."""
    body = plain(body)
    if "provisioningState" in body["properties"]:
        body["properties"]["provisioningState"] = "Succeeded"
    return body


@contextmanager
def opening(state: Path, ahead: float = 0.0) -> Iterator[subprocess.Popen[str]]:
    """Start a process that is about to open the state file; killed at the end if it lives."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", SERVER, str(state), str(ahead)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "opening\n"
            yield process
        finally:
            process.kill()


@contextmanager
def serving(state: Path, ahead: float = 0.0) -> Iterator[Server]:
    """Start an emulator and wait until it serves; killed at the end if it lives."""
    with opening(state, ahead) as process:
        assert process.stdout is not None
        base_url, token = process.stdout.readline().split()
        where = urlsplit(base_url)
        assert where.hostname is not None
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
        with closing(connection):
            yield Server(process, base_url, token, ahead, connection)


@dataclass(frozen=True)
class Write:
    """One write, made or to be made."""

    method: str
    target: str
    body: JSON | None = None

    @property
    def key(self) -> str:
        return self.target.lower()

    @property
    def grants(self) -> bool:
        return granting(self.target)


@dataclass
class Record:
    """What was answered: bodies as they read when settled, by folded id, and what the last life left running."""

    held: dict[str, JSON] = field(default_factory=dict)
    writing: dict[str, str] = field(default_factory=dict)
    deleting: set[str] = field(default_factory=set)
    operations: int = 0
    accepted: int = 0

    def begin(self) -> None:
        """A life begins: nothing runs any more."""
        self.writing.clear()
        self.deleting.clear()
        self.operations = 0

    def note(self, write: Write, answer: Answer) -> None:
        """Take in an answer; a refusal changes nothing."""
        assert answer.status < 500, (write, answer)
        if answer.status >= 300:
            return
        self.accepted += 1
        self.operations += answer.operation is not None
        if write.method == "DELETE":
            self._gone(write)
            if answer.status == 202:
                self.deleting.add(write.target)
            return
        self.held[write.key] = settled(answer.body)
        self.deleting.discard(write.target)  # where its delete was over and it was made again
        if answer.operation is not None:
            self.writing[write.target] = answer.operation

    def note_unanswered(self, write: Write, found: JSON | None) -> None:
        """Take in a write that was done and never answered; what is found must be all that was sent."""
        if write.method == "DELETE":
            self._gone(write)
            return
        assert found is not None, write
        assert write.body is not None
        assert found.get("tags") == write.body.get("tags"), (write, found)
        for name in ("description", "principalId"):
            sent = write.body["properties"].get(name)
            assert found["properties"].get(name) == sent, (write, found)
        self.held[write.key] = found
        self.deleting.discard(write.target)

    def _gone(self, write: Write) -> None:
        """What was granted on a resource goes when its delete begins; what is granted while it runs stays."""
        if write.key not in self.held:
            return
        granted = f"{write.key}{ASSIGNMENTS.lower()}/"
        for key in [key for key in self.held if key == write.key or key.startswith(granted)]:
            del self.held[key]
        self.writing.pop(write.target, None)


@dataclass(frozen=True)
class Rows:
    """What lies in the file itself."""

    integrity: str
    resources: int
    operations: int


def rows(state: Path, now: float, since: float) -> Rows:
    """Look into the file: resources that are there now, operations that began since a moment."""
    with closing(sqlite3.connect(f"file:{state}?mode=ro", uri=True)) as database:
        (integrity,) = database.execute("PRAGMA integrity_check").fetchone()
        there = "SELECT count(*) FROM resources WHERE NOT (phase = 'Deleting' AND ends <= ?)"
        (resources,) = database.execute(there, (now,)).fetchone()
        (operations,) = database.execute("SELECT count(*) FROM operations WHERE started >= ?", (since,)).fetchone()
    return Rows(integrity, resources, operations)
