"""Who we are to Azure: the credential that settings ask for, and one cache of its tokens for all threads.

Apart from the gateway because signing in has its own failures, each of which must name the setting to change.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from reconciler.errors import CredentialError
from reconciler.live.cloud import Cloud

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

TEN_YEARS: Final = 10 * 365 * 24 * 3600
EARLY: Final = 300  # seconds before its end at which a token is renewed
HINT: Final = "sign in (az login), or state credential.type and what it needs"


class Token(NamedTuple):
    """A token and the epoch second it ends at, as the Azure SDKs expect it."""

    token: str
    expires_on: int


class StaticToken:
    """A credential with one fixed token: for the emulator."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *scopes: str, **options: Any) -> Any:
        """Give the token, whatever it is for."""
        del scopes, options
        return Token(self._token, int(time.time()) + TEN_YEARS)


class TokenCache:
    """One token for all threads and clients: without it each of them would sign in by itself."""

    def __init__(self, credential: Any) -> None:
        self._credential = credential
        self._tokens: dict[tuple[str, ...], Any] = {}
        self._lock = threading.Lock()

    def get_token(self, *scopes: str, **options: Any) -> Any:
        """Give a token that is good for a while; a claims challenge always asks anew. Raises CredentialError."""
        if options.get("claims"):
            return self._ask(scopes, options)
        with self._lock:
            token = self._tokens.get(scopes)
            if token is None or token.expires_on - time.time() < EARLY:
                token = self._tokens[scopes] = self._ask(scopes, options)
            return token

    def forget(self) -> None:
        """Drop what is kept, because Azure refused it."""
        with self._lock:
            self._tokens.clear()

    def _ask(self, scopes: tuple[str, ...], options: Mapping[str, Any]) -> Any:
        from azure.core.exceptions import AzureError

        try:
            return self._credential.get_token(*scopes, **options)
        except (AzureError, ValueError, OSError) as error:
            raise CredentialError(f"no token could be had: {first_line(error)}", HINT) from error


def caller_of(token: str) -> str:
    """Whom a token stands for, by name and object id, as far as it says: for records, never for a decision."""
    parts = token.split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        words = [claims.get(name) for name in ("upn", "preferred_username", "appid", "oid")]
    except (IndexError, ValueError, AttributeError):
        return "unknown"
    return " ".join(dict.fromkeys(word for word in words if isinstance(word, str) and word)) or "unknown"


def first_line(error: BaseException) -> str:
    """What went wrong in one line."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def credential_of(settings: Any, cloud: Cloud, environment: Mapping[str, str]) -> TokenCredential:
    """Build the credential that `settings` (type, tenantId, clientId, certificatePath) ask for. Raises CredentialError.

    Secrets come from `environment` only: AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PASSWORD.
    """
    kind = str(getattr(settings, "type", None) or "default")
    build = BUILDERS.get(kind)
    if build is None:
        raise CredentialError(f"unknown credential.type “{kind}”", f"known are {', '.join(BUILDERS)}")
    try:
        credential: TokenCredential = build(_Inputs(settings, cloud, environment))
    except (ValueError, OSError) as error:
        raise CredentialError(f"credential.type {kind}: {first_line(error)}", HINT) from error
    return credential


class _Inputs:
    """What a credential is built from: settings first, then the environment's usual names."""

    def __init__(self, settings: Any, cloud: Cloud, environment: Mapping[str, str]) -> None:
        self.kind = str(getattr(settings, "type", None) or "default")
        self._settings = settings
        self._environment = environment
        self.common: dict[str, Any] = {"authority": cloud.authority}
        if cloud.name == "custom":
            self.common["disable_instance_discovery"] = True

    def find(self, setting: str, variable: str) -> str | None:
        """The setting, else the variable, else None."""
        stated = getattr(self._settings, setting, None) if setting else None
        return stated or self._environment.get(variable) or None

    def need(self, setting: str, variable: str) -> str:
        """The same, but it must be there."""
        found = self.find(setting, variable)
        if found is None:
            wanted = f"credential.{setting} or {variable}" if setting else variable
            raise CredentialError(f"credential.type {self.kind} needs {wanted}", f"set {wanted}")
        return str(found)


def _default(inputs: _Inputs) -> Any:
    from azure.identity import DefaultAzureCredential

    client = inputs.find("clientId", "AZURE_CLIENT_ID")
    chosen: dict[str, Any] = {} if client is None else {"managed_identity_client_id": client}
    tenant = inputs.find("tenantId", "AZURE_TENANT_ID")
    if tenant is not None:
        chosen["additionally_allowed_tenants"] = [tenant]
    return DefaultAzureCredential(**inputs.common, **chosen)


def _managed_identity(inputs: _Inputs) -> Any:
    from azure.identity import ManagedIdentityCredential

    return ManagedIdentityCredential(client_id=inputs.find("clientId", "AZURE_CLIENT_ID"))


def _workload_identity(inputs: _Inputs) -> Any:
    from azure.identity import WorkloadIdentityCredential

    return WorkloadIdentityCredential(
        tenant_id=inputs.need("tenantId", "AZURE_TENANT_ID"),
        client_id=inputs.need("clientId", "AZURE_CLIENT_ID"),
        token_file_path=inputs.need("", "AZURE_FEDERATED_TOKEN_FILE"),
        **inputs.common,
    )


def _cli(inputs: _Inputs) -> Any:
    from azure.identity import AzureCliCredential

    return AzureCliCredential(tenant_id=inputs.find("tenantId", "AZURE_TENANT_ID") or "")


def _client_secret(inputs: _Inputs) -> Any:
    from azure.identity import ClientSecretCredential

    return ClientSecretCredential(
        inputs.need("tenantId", "AZURE_TENANT_ID"),
        inputs.need("clientId", "AZURE_CLIENT_ID"),
        inputs.need("", "AZURE_CLIENT_SECRET"),
        **inputs.common,
    )


def _client_certificate(inputs: _Inputs) -> Any:
    from azure.identity import CertificateCredential

    return CertificateCredential(
        inputs.need("tenantId", "AZURE_TENANT_ID"),
        inputs.need("clientId", "AZURE_CLIENT_ID"),
        inputs.need("certificatePath", "AZURE_CLIENT_CERTIFICATE_PATH"),
        password=inputs.find("", "AZURE_CLIENT_CERTIFICATE_PASSWORD"),
        **inputs.common,
    )


def _environment(inputs: _Inputs) -> Any:
    if inputs.find("", "AZURE_CLIENT_SECRET"):
        return _client_secret(inputs)
    if inputs.find("certificatePath", "AZURE_CLIENT_CERTIFICATE_PATH"):
        return _client_certificate(inputs)
    wanted = "AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH"
    raise CredentialError(f"credential.type environment needs {wanted}", f"set {wanted}")


BUILDERS: Final[dict[str, Callable[[_Inputs], Any]]] = {
    "default": _default,
    "managed-identity": _managed_identity,
    "workload-identity": _workload_identity,
    "cli": _cli,
    "environment": _environment,
    "client-secret": _client_secret,
    "client-certificate": _client_certificate,
}
