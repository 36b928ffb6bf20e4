"""The only door to Azure: every request passes here, and every HTTP status comes back as a value.

Reads go through a bare ARM pipeline; writes through the typed SDK clients, imported at the first write, with raw
bodies and without their polling. Retries, waiting and provider registration are never the SDK's business here.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import uuid
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import requests
from azure.core.exceptions import AzureError as SdkError
from azure.core.exceptions import DecodeError, ServiceRequestTimeoutError, ServiceResponseTimeoutError
from azure.core.pipeline import policies
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest
from azure.mgmt.core import ARMPipelineClient
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy

from reconciler import __version__
from reconciler.errors import AzureError
from reconciler.live import location
from reconciler.live.answer import Answer, NoAnswer
from reconciler.live.budget import Budget
from reconciler.live.cloud import Cloud
from reconciler.live.credential import TokenCache, caller_of, first_line
from reconciler.live.identity import address_of, assignment_id
from reconciler.live.throttle import Throttle
from reconciler.model.address import Address, Kind

CONNECT_SECONDS: Final = 10.0
OPERATIONS: Final = {
    Kind.GALLERY: "galleries",
    Kind.IMAGE_DEFINITION: "gallery_images",
    Kind.IMAGE_VERSION: "gallery_image_versions",
}
SHARING: Final = "gallery_sharing_profile"
CHATTY: Final = ("azure", "msal", "urllib3")

for _name in CHATTY:  # without a handler of theirs, Python would print their warnings to stderr
    logging.getLogger(_name).addHandler(logging.NullHandler())


class Counting(policies.SansIOHTTPPolicy[Any, Any]):
    """Counts the requests that are really sent."""

    def __init__(self) -> None:
        self.calls = 0
        self._lock = threading.Lock()

    def on_request(self, request: Any) -> None:
        """Count one more."""
        del request
        with self._lock:
            self.calls += 1


class Gateway:
    """Sends requests to one cloud with one credential; safe to share between threads.

    `trust` is a file of CAs that counts instead of the environment's (REQUESTS_CA_BUNDLE) and the machine's.
    """

    def __init__(
        self,
        cloud: Cloud,
        credential: Any,
        *,
        api_version: str = "2026-03-03",
        timeout: float = 60,
        workers: int = 16,
        trust: str = "",
        time_scale: float = 1.0,
    ) -> None:
        self.cloud = cloud
        self.api_version = api_version
        self._timeout = timeout
        self._tokens = TokenCache(credential)
        self._counting = Counting()
        self._throttle = Throttle(scale=time_scale)
        self.replication_budget = Budget(scale=time_scale)
        self._correlation = str(uuid.uuid4())
        self._transport: Any = RequestsTransport(
            session=_session(cloud, workers),
            connection_timeout=min(CONNECT_SECONDS, timeout),
            read_timeout=timeout,
            connection_verify=trust or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True,
        )
        self._reads: Any = self._client()
        self._compute: dict[str, Any] = {}
        self._authorization: Any = None
        self._lock = threading.Lock()
        plain = cloud.loopback and cloud.endpoint.startswith("http:")
        self._options: dict[str, Any] = {"enforce_https": False} if plain else {}

    @property
    def calls(self) -> int:
        """Requests sent so far."""
        return self._counting.calls

    def get(
        self, path_or_url: str, params: Mapping[str, str] | None = None, *, api_version: str | None = None
    ) -> Answer:
        """Read an ARM id, or an absolute URL verbatim: to this cloud only.

        Raises NoAnswer, CredentialError, and AzureError for an address that leads elsewhere.
        """
        if path_or_url.startswith("/"):
            query = {**(params or {}), "api-version": api_version or self.api_version}
            url = location.url_of(self.cloud.endpoint, path_or_url, query)
        else:
            url = location.own(self.cloud.endpoint, path_or_url)
        try:
            response = self._reads.send_request(HttpRequest("GET", url), **self._options)
            answer = self._answer(response, url)
        except SdkError as error:
            raise self._silence("GET", url, error) from error
        self._throttle.observe("GET", url, answer)
        return answer

    def put(self, kind: Kind, resource_id: str, body: Mapping[str, Any], *, request_id: str = "") -> Answer:
        """Create or replace a resource; `request_id` is the client's name for the request, made up where it is "".

        Raises NoAnswer (it may have been done all the same), CredentialError.
        """
        content = json.dumps(body).encode()
        if kind is Kind.ROLE_ASSIGNMENT:
            at = assignment_id(resource_id)
            operations = self._assignments()
            return self._typed(
                "PUT", resource_id, request_id, lambda **more: operations.create(at.scope, at.name, content, **more)
            )
        operations, names = self._galleries(kind, resource_id)
        return self._typed(
            "PUT",
            resource_id,
            request_id,
            lambda **more: operations.begin_create_or_update(*names, content, polling=False, **self._versioned(more)),
        )

    def patch(self, kind: Kind, resource_id: str, body: Mapping[str, Any]) -> Answer:
        """Merge into a gallery, definition or version; assignments have no PATCH. Raises as `put`."""
        content = json.dumps(body).encode()
        operations, names = self._galleries(kind, resource_id)
        return self._typed(
            "PATCH",
            resource_id,
            "",
            lambda **more: operations.begin_update(*names, content, polling=False, **self._versioned(more)),
        )

    def share(self, resource_id: str, body: Mapping[str, Any], *, request_id: str = "") -> Answer:
        """Change with whom a gallery is shared (fact 3.1/15). Raises as `put`."""
        content = json.dumps(body).encode()
        operations, names = self._galleries(Kind.GALLERY, resource_id, SHARING)
        return self._typed(
            "POST",
            resource_id,
            request_id,
            lambda **more: operations.begin_update(*names, content, polling=False, **self._versioned(more)),
        )

    def delete(self, kind: Kind, resource_id: str, *, request_id: str = "") -> Answer:
        """Delete a resource; 204 where nothing was there. Raises as `put`."""
        if kind is Kind.ROLE_ASSIGNMENT:
            at = assignment_id(resource_id)
            operations = self._assignments()
            return self._typed(
                "DELETE", resource_id, request_id, lambda **more: operations.delete(at.scope, at.name, **more)
            )
        operations, names = self._galleries(kind, resource_id)
        return self._typed(
            "DELETE",
            resource_id,
            request_id,
            lambda **more: operations.begin_delete(*names, polling=False, **self._versioned(more)),
        )

    def held(self, method: str, path_or_url: str) -> float:
        """Seconds for which Azure has asked not to send such a request; 0 where it may be sent. Sends all the same."""
        return self._throttle.held(method, path_or_url)

    def caller(self) -> str:
        """Who writes, as the token says it. Raises CredentialError."""
        return caller_of(self._tokens.get_token(self.cloud.token_scope).token)

    def close(self) -> None:
        """Let go of all connections."""
        self._transport.close()

    def _typed(self, method: str, resource_id: str, request_id: str, call: Callable[..., Any]) -> Answer:
        """Make a call of a typed client; the answer is taken off the wire, so nothing the client thinks of it counts.

        It raises for every 4xx, and for a Retry-After it cannot read after Azure has accepted the write.
        """
        answers: list[Answer] = []

        def keep(response: Any) -> None:
            answers.append(self._answer(response.http_response, resource_id))

        try:
            call(raw_response_hook=keep, **({"request_id": request_id} if request_id else {}), **self._options)
        except (SdkError, ValueError) as error:
            if not answers:
                raise self._silence(method, resource_id, error) from error
        self._throttle.observe(method, resource_id, answers[-1])
        return answers[-1]

    def _versioned(self, more: Mapping[str, Any]) -> dict[str, Any]:
        """Writes of the typed client leave out the api-version it was made with; what is stated with a call is sent."""
        return {"api_version": self.api_version, **more}

    def _galleries(self, kind: Kind, resource_id: str, operations: str = "") -> tuple[Any, tuple[str, ...]]:
        address = address_of(resource_id)
        if address is None or address.kind is not kind:
            raise AzureError(f"“{resource_id}” is not the id of a {kind}")
        names = tuple(part for part in (address.group, address.gallery, address.image, address.version) if part)
        return getattr(self._compute_client(address), operations or OPERATIONS[kind]), names

    def _compute_client(self, address: Address) -> Any:
        with self._lock:
            client = self._compute.get(address.subscription)
            if client is None:
                from azure.core import AzureClouds
                from azure.mgmt.compute import ComputeManagementClient

                client = self._compute[address.subscription] = ComputeManagementClient(
                    self._tokens,
                    address.subscription,
                    self.cloud.endpoint,
                    cloud_setting=AzureClouds.AZURE_PUBLIC_CLOUD,  # unused: endpoint and policies are ours
                    api_version=self.api_version,
                    policies=self._policies(),
                    transport=self._transport,
                )
            return client

    def _assignments(self) -> Any:
        with self._lock:
            if self._authorization is None:
                from azure.mgmt.authorization.v2022_04_01 import AuthorizationManagementClient

                self._authorization = AuthorizationManagementClient(
                    self._tokens,
                    "",
                    self.cloud.endpoint,
                    policies=[policies.ContentDecodePolicy(), *self._policies()],  # the old generation needs it
                    transport=self._transport,
                )
            return self._authorization.role_assignments

    def _client(self) -> Any:
        return ARMPipelineClient(self.cloud.endpoint, policies=self._policies(), transport=self._transport)

    def _policies(self) -> list[Any]:
        """One set per client. No retries, redirects or registration; the hook hands answers over as they come."""
        headers = {
            "Accept": "application/json",
            "User-Agent": f"gallery-reconciler/{__version__}",
            "x-ms-correlation-request-id": self._correlation,
        }
        return [
            policies.RequestIdPolicy(),
            policies.HeadersPolicy(headers),
            ARMChallengeAuthenticationPolicy(self._tokens, self.cloud.token_scope),
            policies.CustomHookPolicy(),
            self._counting,
        ]

    def _answer(self, response: Any, url: str) -> Answer:
        """Read an answer whole. Raises NoAnswer where a success is not JSON, an SDK error where it was cut off."""
        content = response.read() if hasattr(response, "read") else response.body()
        headers = {name.lower(): value for name, value in response.headers.items()}
        status = response.status_code
        if status == HTTPStatus.UNAUTHORIZED:
            self._tokens.forget()
        try:
            body = json.loads(content) if content and content.strip() else None
        except ValueError as error:
            if status < HTTPStatus.BAD_REQUEST:
                raise NoAnswer(f"{location.shown(url)}: the answer is not JSON: {first_line(error)}") from error
            body = None
        return Answer(status, body, headers, url)

    def _silence(self, method: str, url: str, error: Exception) -> NoAnswer:
        if isinstance(error, ServiceRequestTimeoutError | ServiceResponseTimeoutError):
            why = f"timed out after {self._timeout:g} s"
        elif isinstance(error, DecodeError):
            why = "the answer was cut off or is not JSON"
        else:
            why = _cause(error)
        return NoAnswer(f"{method} {location.shown(url)}: {why}", "check the network, then try again")


def _session(cloud: Cloud, workers: int) -> requests.Session:
    """A session with a connection for every worker.

    Proxies are read from the environment once, because reading them costs more than the rest of a request; never
    for this machine. What .netrc says is never sent.
    """
    session = requests.Session()
    session.trust_env = False
    if not cloud.loopback:
        session.proxies.update(requests.utils.get_environ_proxies(cloud.endpoint))
    adapter = requests.adapters.HTTPAdapter(pool_connections=4, pool_maxsize=workers, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _cause(error: BaseException) -> str:
    """The innermost reason in one line; outer ones repeat the URL with its query."""
    seen = error
    for _ in range(10):
        inner: Any = getattr(seen, "inner_exception", None) or getattr(seen, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((part for part in seen.args if isinstance(part, BaseException)), None)
        if not isinstance(inner, BaseException) or inner is seen:
            break
        seen = inner
    words = first_line(seen)
    return words if "?" not in words else type(seen).__name__
