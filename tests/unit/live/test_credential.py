from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from reconciler.errors import CredentialError
from reconciler.live.cloud import cloud_of
from reconciler.live.credential import StaticToken, Token, TokenCache, credential_of

CLOUD = cloud_of("AzureCloud")
TENANT, CLIENT = "00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"


def settings(**given: str) -> Any:
    return SimpleNamespace(**({"type": None, "tenantId": None, "clientId": None, "certificatePath": None} | given))


@pytest.mark.parametrize(
    ("kind", "environment", "expected"),
    [
        ("default", {}, "DefaultAzureCredential"),
        ("managed-identity", {}, "ManagedIdentityCredential"),
        ("cli", {}, "AzureCliCredential"),
        ("workload-identity", {"AZURE_FEDERATED_TOKEN_FILE": "/token"}, "WorkloadIdentityCredential"),
        ("client-secret", {"AZURE_CLIENT_SECRET": "x"}, "ClientSecretCredential"),
        ("environment", {"AZURE_CLIENT_SECRET": "x"}, "ClientSecretCredential"),
    ],
)
def test_each_type_builds_its_credential(kind: str, environment: dict[str, str], expected: str) -> None:
    built = credential_of(settings(type=kind, tenantId=TENANT, clientId=CLIENT), CLOUD, environment)
    assert type(built).__name__ == expected
    getattr(built, "close", lambda: None)()


@pytest.mark.parametrize(
    ("kind", "given", "environment", "named"),
    [
        ("client-secret", {}, {}, "credential.tenantId or AZURE_TENANT_ID"),
        ("client-secret", {"tenantId": TENANT}, {}, "credential.clientId or AZURE_CLIENT_ID"),
        ("client-secret", {"tenantId": TENANT, "clientId": CLIENT}, {}, "AZURE_CLIENT_SECRET"),
        ("client-certificate", {"tenantId": TENANT, "clientId": CLIENT}, {}, "credential.certificatePath"),
        ("workload-identity", {"tenantId": TENANT}, {"AZURE_CLIENT_ID": CLIENT}, "AZURE_FEDERATED_TOKEN_FILE"),
        ("environment", {}, {}, "AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH"),
        ("passport", {}, {}, "unknown credential.type"),
    ],
)
def test_what_is_missing_is_named(kind: str, given: dict[str, str], environment: dict[str, str], named: str) -> None:
    with pytest.raises(CredentialError, match=named):
        credential_of(settings(type=kind, **given), CLOUD, environment)


def test_a_certificate_that_cannot_be_read_is_one_line() -> None:
    given = settings(type="client-certificate", tenantId=TENANT, clientId=CLIENT, certificatePath="/no/such/file.pem")
    with pytest.raises(CredentialError, match="client-certificate") as caught:
        credential_of(given, CLOUD, {})
    assert "\n" not in caught.value.message


def test_settings_without_a_type_mean_the_default() -> None:
    assert type(credential_of(SimpleNamespace(), CLOUD, {})).__name__ == "DefaultAzureCredential"


class Source:
    def __init__(self, lifetime: float) -> None:
        self.asked: list[dict[str, Any]] = []
        self._lifetime = lifetime

    def get_token(self, *_: str, **options: Any) -> Token:
        self.asked.append(options)
        return Token(f"token {len(self.asked)}", int(time.time() + self._lifetime))


def test_a_good_token_is_kept_and_an_ending_one_renewed() -> None:
    lasting, ending = Source(3600), Source(10)
    for source, times in ((lasting, 1), (ending, 3)):
        cache = TokenCache(source)
        for _ in range(3):
            cache.get_token("scope")
        assert len(source.asked) == times


def test_a_claims_challenge_asks_anew() -> None:
    source = Source(3600)
    cache = TokenCache(source)
    assert cache.get_token("scope").token == "token 1"
    assert cache.get_token("scope", claims="{}").token == "token 2"
    assert source.asked[1] == {"claims": "{}"}


def test_a_static_token_outlives_the_run() -> None:
    token = StaticToken("abc").get_token("scope", claims="x")
    assert token.token == "abc"
    assert token.expires_on > time.time() + 365 * 24 * 3600
