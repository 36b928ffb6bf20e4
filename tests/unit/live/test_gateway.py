"""Against a real server, because what counts is what is on the wire."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from reconciler import __version__
from reconciler.errors import AzureError, CredentialError
from reconciler.live.answer import NoAnswer
from reconciler.live.cloud import cloud_of
from reconciler.live.gateway import Gateway
from reconciler.live.operation import operation_of
from reconciler.model.address import Kind
from tests.unit.live.small_server import GALLERY, SUB, TOKEN, Reply, Sent, Small, serving

VERSION = f"{GALLERY}/images/i/versions/1.0.0"
GRANT = f"{GALLERY}/providers/Microsoft.Authorization/roleAssignments/6f7c0000-0000-4000-8000-000000000001"
KINDS = [(Kind.GALLERY, GALLERY), (Kind.IMAGE_DEFINITION, f"{GALLERY}/images/i"), (Kind.IMAGE_VERSION, VERSION)]
ERROR = {
    "error": {"code": "PropertyChangeNotAllowed", "message": "Changing property 'x' is not allowed.", "target": "x"}
}


def test_a_read_carries_the_token_the_version_and_who_asks(small: Small, gateway: Gateway) -> None:
    small.answers(Reply(body={"name": "g"}, headers={"X-Ms-Request-Id": "r-1"}))
    answer = gateway.get(GALLERY, {"$expand": "x"})
    assert answer.ok
    assert answer.body == {"name": "g"}
    assert answer.request_id == "r-1"
    sent = small.sent[0]
    assert sent.path == f"{GALLERY}?$expand=x&api-version=2026-03-03"
    assert sent.headers["authorization"] == f"Bearer {TOKEN}"
    assert sent.headers["user-agent"] == f"gallery-reconciler/{__version__}"
    assert sent.headers["x-ms-correlation-request-id"]


def test_one_run_has_one_correlation_id_and_every_request_its_own(small: Small, gateway: Gateway) -> None:
    gateway.get(GALLERY)
    gateway.get(GALLERY)
    assert len({sent.headers["x-ms-correlation-request-id"] for sent in small.sent}) == 1
    assert len({sent.headers["x-ms-client-request-id"] for sent in small.sent}) == 2


def test_an_absolute_address_is_followed_verbatim(small: Small, gateway: Gateway) -> None:
    path = "/x/capsOperations/1?api-version=2021-10-01&t=1&c=a-b_c&s=%7Eq&h=Z%2F&$skiptoken=YQ=="
    gateway.get(f"{small.url}{path}")
    assert small.sent[0].path.split("?")[0] == "/x/capsOperations/1"
    assert small.sent[0].path.count("api-version") == 1
    assert "$skiptoken=YQ==" in small.sent[0].path


def test_a_token_never_goes_to_another_host(small: Small, gateway: Gateway) -> None:
    with serving() as other:
        with pytest.raises(AzureError, match="another host"):
            gateway.get(f"{other.url}{GALLERY}")
        assert not other.sent
    assert not small.sent


def test_a_redirect_is_an_answer_and_not_followed(small: Small, gateway: Gateway) -> None:
    with serving() as other:
        small.answers(Reply(302, headers={"Location": f"{other.url}/x"}))
        assert gateway.get(GALLERY).status == 302
        for kind, resource_id in KINDS:
            assert gateway.put(kind, resource_id, {}).status == 302
        assert not other.sent


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 429, 500, 502, 503])
def test_every_status_is_an_answer_and_nothing_is_sent_twice(small: Small, gateway: Gateway, status: int) -> None:
    small.answers(Reply(status, ERROR, {"Retry-After": "1"}))
    asked = [
        gateway.get(GALLERY),
        *(gateway.put(kind, resource_id, {}) for kind, resource_id in [*KINDS, (Kind.ROLE_ASSIGNMENT, GRANT)]),
        *(gateway.delete(kind, resource_id) for kind, resource_id in [*KINDS, (Kind.ROLE_ASSIGNMENT, GRANT)]),
        *(gateway.patch(kind, resource_id, {}) for kind, resource_id in KINDS),
    ]
    assert {answer.status for answer in asked} == {status}
    assert {(answer.code, answer.target, answer.retry_after) for answer in asked} == {
        ("PropertyChangeNotAllowed", "x", 1.0)
    }
    assert len(small.sent) == len(asked) == gateway.calls


def test_an_unregistered_provider_is_told_not_registered(small: Small, gateway: Gateway) -> None:
    error = {"error": {"code": "MissingSubscriptionRegistration", "message": "not registered"}}
    small.answers(Reply(409, error))
    assert gateway.put(Kind.GALLERY, GALLERY, {}).code == "MissingSubscriptionRegistration"
    assert gateway.get(GALLERY).code == "MissingSubscriptionRegistration"
    assert [sent.method for sent in small.sent] == ["PUT", "GET"]


@pytest.mark.parametrize(("kind", "resource_id"), KINDS)
def test_a_write_sends_the_body_as_it_is(small: Small, gateway: Gateway, kind: Kind, resource_id: str) -> None:
    body: dict[str, Any] = {"location": "westeurope", "properties": {"newerThanUs": {"x": [1, None, "ü"]}}}
    small.answers(Reply(201, {"properties": {"provisioningState": "Creating", "alsoNew": 1}}))
    answer = gateway.put(kind, resource_id, body)
    assert answer.body == {"properties": {"provisioningState": "Creating", "alsoNew": 1}}
    sent = small.sent[0]
    assert (sent.method, sent.path) == ("PUT", f"{resource_id}?api-version=2026-03-03")
    assert json.loads(sent.body) == body
    assert sent.headers["content-type"] == "application/json"


def test_an_assignment_keeps_fields_its_client_does_not_know(small: Small, gateway: Gateway) -> None:
    body: dict[str, Any] = {"properties": {"principalId": "p", "newerThanUs": True}}
    small.answers(Reply(201, {"properties": {"newerThanUs": True}, "name": "n"}))
    assert gateway.put(Kind.ROLE_ASSIGNMENT, GRANT, body).body["properties"]["newerThanUs"] is True
    assert small.sent[0].path == f"{GRANT}?api-version=2022-04-01"
    assert json.loads(small.sent[0].body) == body


@pytest.mark.parametrize("advice", ["1.5", "Wed, 21 Oct 2026 07:28:00 GMT", "soon"])
@pytest.mark.parametrize("status", [201, 202])
def test_advice_the_client_cannot_read_loses_no_write(small: Small, gateway: Gateway, advice: str, status: int) -> None:
    url = f"{small.url}/operations/1?s=1"
    small.answers(Reply(status, {"name": "g"}, {"Retry-After": advice, "Azure-AsyncOperation": url}))
    for kind, resource_id in KINDS:
        answer = gateway.put(kind, resource_id, {})
        started = operation_of(answer)
        assert answer.status == status
        assert started is not None
        assert started.url == url
    assert gateway.delete(*KINDS[2]).status == status


def test_an_empty_delete_is_an_answer(small: Small, gateway: Gateway) -> None:
    small.answers(Reply(202, raw=b"", headers={"Location": f"{small.url}/monitor"}))
    answer = gateway.delete(Kind.GALLERY, GALLERY)
    assert answer.body is None
    assert operation_of(answer) is not None
    small.answers(Reply(204, raw=b""))
    assert gateway.delete(Kind.ROLE_ASSIGNMENT, GRANT).status == 204


@pytest.mark.parametrize(
    "reply",
    [Reply(drop=True), Reply(cut=True), Reply(raw=b'{"value": ['), Reply(raw=b"<html>"), Reply(raw=b"\xff\xfe")],
    ids=["dropped", "cut off", "half", "html", "bytes"],
)
def test_what_is_no_answer_is_never_taken_for_one(small: Small, gateway: Gateway, reply: Reply) -> None:
    small.answers(reply)
    with pytest.raises(NoAnswer):
        gateway.get(GALLERY)
    for kind, resource_id in [*KINDS, (Kind.ROLE_ASSIGNMENT, GRANT)]:
        with pytest.raises(NoAnswer):
            gateway.put(kind, resource_id, {})


def test_a_time_out_names_its_limit(small: Small) -> None:
    small.answers(Reply(wait=5))
    gateway = small.gateway(timeout=0.1)
    with pytest.raises(NoAnswer, match=r"timed out after 0\.1 s"):
        gateway.get(f"{small.url}/x/operations/1?s=secret")
    with pytest.raises(NoAnswer, match="timed out"):
        gateway.put(Kind.GALLERY, GALLERY, {})
    small.released.set()
    gateway.close()


def test_a_refused_connection_is_said_without_the_signed_query() -> None:
    with serving() as gone:
        gateway = gone.gateway()
    with pytest.raises(NoAnswer, match="refused") as caught:
        gateway.get(f"{gone.url}/x/operations/1?s=very-secret")
    assert "secret" not in caught.value.message
    assert "/x/operations/1" in caught.value.message
    gateway.close()


def test_an_error_page_that_is_not_json_keeps_its_status(small: Small, gateway: Gateway) -> None:
    small.answers(Reply(502, raw=b"<html>Bad Gateway</html>"))
    assert (gateway.get(GALLERY).status, gateway.get(GALLERY).message) == (502, "Bad Gateway")
    assert gateway.put(Kind.GALLERY, GALLERY, {}).status == 502


class Counted:
    """A credential that takes its time and counts."""

    def __init__(self) -> None:
        self.asked = 0
        self.pause = threading.Event()

    def get_token(self, *scopes: str, **_: Any) -> Any:
        from azure.core.credentials import AccessToken

        self.asked += 1
        self.pause.wait(0.05)
        return AccessToken(f"{scopes[0]} {self.asked}", 2**40)


def test_all_threads_and_clients_share_one_sign_in(small: Small) -> None:
    credential = Counted()
    gateway = Gateway(cloud_of("emulator", endpoint=small.url), credential)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: gateway.get(GALLERY), range(16)))
    gateway.put(Kind.GALLERY, GALLERY, {})
    gateway.put(Kind.ROLE_ASSIGNMENT, GRANT, {})
    assert credential.asked == 1
    assert gateway.calls == 18
    gateway.close()


def test_a_refused_token_is_not_kept(small: Small) -> None:
    credential = Counted()
    gateway = Gateway(cloud_of("emulator", endpoint=small.url), credential)
    small.answers(Reply(401, ERROR), Reply(200))
    assert gateway.get(GALLERY).status == 401
    assert gateway.get(GALLERY).ok
    assert credential.asked == 2
    gateway.close()


class Broken:
    def get_token(self, *_: str, **__: Any) -> Any:
        from azure.core.exceptions import ClientAuthenticationError

        raise ClientAuthenticationError("Please run 'az login'\nto set up an account\n\tsecond line")


def test_a_failed_sign_in_is_one_clear_line(small: Small) -> None:
    gateway = Gateway(cloud_of("emulator", endpoint=small.url), Broken())
    with pytest.raises(CredentialError, match="az login") as reading:
        gateway.get(GALLERY)
    with pytest.raises(CredentialError, match="az login") as writing:
        gateway.put(Kind.GALLERY, GALLERY, {})
    for caught in (reading.value, writing.value):
        assert "\n" not in caught.message
        assert caught.hint
    assert not small.sent
    gateway.close()


def test_connections_are_kept_and_no_thread_waits_for_another(small: Small, gateway: Gateway) -> None:
    barrier = threading.Barrier(8, timeout=5)

    def together(_: Sent) -> Reply:
        barrier.wait()
        return Reply()

    small.reply = together
    with ThreadPoolExecutor(8) as pool:
        assert all(answer.ok for answer in pool.map(lambda _: gateway.get(GALLERY), range(16)))


@pytest.mark.parametrize(
    ("kind", "resource_id"), [(Kind.GALLERY, VERSION), (Kind.IMAGE_VERSION, GALLERY), (Kind.ROLE_ASSIGNMENT, GALLERY)]
)
def test_an_id_of_another_kind_is_not_written_to(small: Small, gateway: Gateway, kind: Kind, resource_id: str) -> None:
    with pytest.raises(AzureError, match="is not the id of"):
        gateway.put(kind, resource_id, {})
    assert not small.sent


def test_another_subscription_is_another_client(small: Small, gateway: Gateway) -> None:
    other = GALLERY.replace(SUB, "00000000-0000-0000-0000-000000000002")
    gateway.put(Kind.GALLERY, GALLERY, {})
    gateway.put(Kind.GALLERY, other, {})
    assert [sent.path.split("?")[0] for sent in small.sent] == [GALLERY, other]


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_no_proxy_is_asked_on_the_way_to_this_machine(
    small: Small, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    with serving() as proxy:
        monkeypatch.setenv(variable, proxy.url)
        gateway = small.gateway()
        assert gateway.get(GALLERY).ok
        assert gateway.put(Kind.GALLERY, GALLERY, {}).ok
        gateway.close()
        assert not proxy.sent


def test_reading_loads_no_typed_client() -> None:
    code = (
        "import sys; import reconciler.live.reader, reconciler.live.gateway;"
        "heavy = [name for name in sys.modules if name.startswith(('azure.mgmt.compute', 'azure.mgmt.authorization',"
        " 'azure.identity', 'structlog', 'rich'))]; print(heavy); sys.exit(bool(heavy))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_reader_alone_loads_no_sdk() -> None:
    code = (
        "import sys; import reconciler.live.reader;"
        "found = [name for name in sys.modules if name.split('.')[0] in ('azure', 'requests')];"
        "print(found); sys.exit(bool(found))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_libraries_below_print_nothing(small: Small) -> None:
    small.answers(Reply(cut=True))
    code = f"""
import logging
from reconciler.live.answer import NoAnswer
from reconciler.live.cloud import cloud_of
from reconciler.live.credential import StaticToken
from reconciler.live.gateway import Gateway
gateway = Gateway(cloud_of("emulator", endpoint={small.url!r}), StaticToken("x"))
try:
    gateway.get("/x")
except NoAnswer:
    logging.getLogger("azure.identity").warning("chatter")
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
