"""Paths that could be read in two ways never reach a rule or the state, and nothing on the wire gives a 500."""

from __future__ import annotations

import http.client
import json
import string
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.emulator.arm import API, Arm, gallery
from tests.support.soak import FIXED_SEEDS, examples

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/galleries"
BODY = json.dumps(gallery()).encode()


def sent(arm: Arm, method: str, target: bytes, body: bytes = BODY) -> tuple[int, bytes]:
    """Send a request line byte by byte as given: no library tidies it up."""
    where = urlsplit(arm.emulator.base_url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=10)
    try:
        connection._validate_path = lambda _: None  # type: ignore[attr-defined]
        connection._encode_request = lambda line: line.encode("latin-1")  # type: ignore[attr-defined]
        connection.putrequest(method, target.decode("latin-1"), skip_accept_encoding=True)
        connection.putheader("Authorization", f"Bearer {arm.emulator.token}")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


TRICKS = [
    "..",
    "../../galleries/corp",
    "a/../corp",
    "a/./corp",
    ".",
    "//corp",
    "a//corp",
    "a%2Fcorp",
    "a%2fcorp",
    "a%5Ccorp",
    "a\\corp",
    "%2e%2e",
    "%2e%2e%2fcorp",
    "a%00b",
    "%00",
    "a%0d%0aX:y",
    "a%09b",
    "a%7f",
    "%ff%fe",
    "a" * 261,
    "a" * 10_000,
    "%E2%82%AC" * 3_000,
]


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick[:24])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_trick_in_a_path_is_refused_and_leaves_nothing(shared: Arm, method: str, trick: str) -> None:
    before = shared.emulator.resources()
    status, content = sent(shared, method, f"{HEAD}/{trick}?api-version={API}".encode("latin-1"))
    assert 400 <= status < 500, content
    assert {"code", "message"} <= json.loads(content)["error"].keys()
    assert shared.emulator.resources() == before


def test_a_plain_path_is_not_a_trick(world: Callable[..., Arm]) -> None:
    arm = world()
    assert sent(arm, "PUT", f"{HEAD}/corp.images_1/?api-version={API}".encode())[0] == 201
    assert [key.rsplit("/", 1)[-1] for key in arm.emulator.resources()] == ["corp.images_1"]


WORDS = st.sampled_from(
    [
        *("subscriptions", "resourceGroups", "providers", "Microsoft.Compute", "Microsoft.Authorization", "galleries"),
        *("images", "versions", "share", "capsOperations", "locations", "roleAssignments", "locks", "tenants", "graph"),
        *("v1.0", "_emulator", "metadata", "endpoints", "oauth2", "token", "corp", "1.0.0", "..", ".", "", "%00"),
        *(
            "%2e%2e",
            "%2f",
            "%5c",
            "%",
            "%zz",
            "%ff",
            "a" * 300,
            "virtualMachines",
            "generalize",
            "softDeletedArtifactTypes",
        ),
    ]
)
JUNK = st.text(alphabet=string.printable.translate({ord(space): None for space in string.whitespace}), max_size=12)


@settings(
    max_examples=examples(500),
    deadline=None,
    derandomize=FIXED_SEEDS,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    segments=st.lists(WORDS | JUNK, max_size=12),
    below=st.booleans(),
    method=st.sampled_from(["GET", "PUT", "DELETE", "PATCH", "POST", "HEAD", "OPTIONS"]),
    query=JUNK,
    body=st.sampled_from([BODY, b"", b"{}", b"[", b'{"properties": {"principalId": []}}', b"grant_type=password"]),
)
def test_no_path_gives_a_server_error(
    shared: Arm, segments: list[str], *, below: bool, method: str, query: str, body: bytes
) -> None:
    path = (HEAD if below else "") + "/" + "/".join(segments)
    target = f"{path}?api-version={API}&{query}".replace("#", "%23").encode("latin-1", "replace")
    status, content = sent(shared, method, target, body)
    assert status < 500, content
