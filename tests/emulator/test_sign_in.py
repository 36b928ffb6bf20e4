"""Signing in: the token endpoint, the documents that lead there, and which tokens count."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import jwt
import pytest
import requests

from reconciler.emulator.settings import Principal
from reconciler.emulator.signin.directory import OPERATOR_APP, READER, READER_APP
from reconciler.emulator.signin.tokens import ARM
from tests.emulator.arm import API, Arm, gallery, refused

if TYPE_CHECKING:
    from collections.abc import Callable

SCOPE = "https://management.azure.com/.default"
TENANT = "7e0f1c7a-0000-4000-8000-0000000000aa"


def secret_of(arm: Arm, name: str = "operator") -> str:
    return arm.emulator.address.sign_ins[name]["secret"]


def asked(arm: Arm, *, tenant: str = TENANT, **form: str) -> requests.Response:
    return arm.session.post(f"{arm.emulator.base_url}/{tenant}/oauth2/v2.0/token", data=form, timeout=10)


def by_secret(arm: Arm, **form: str) -> requests.Response:
    usual = {"grant_type": "client_credentials", "client_id": OPERATOR_APP, "client_secret": secret_of(arm)}
    return asked(arm, **{**usual, "scope": SCOPE, **form})


def called(arm: Arm, token: str, path: str = "/subscriptions") -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{arm.emulator.base_url}{path}?api-version={API}", headers=headers, timeout=10)


def minted(arm: Arm, **claims: Any) -> str:
    """A token that the emulator itself signed, with some claims of the test's choosing."""
    world = arm.emulator._edge.front.world
    operator = world.directory.get(world.settings.caller)
    assert operator is not None
    said = jwt.decode(world.tokens.mint(operator, ARM, arm.clock.now), options={"verify_signature": False})
    return jwt.encode(said | claims, world.secret, algorithm="HS256")


def test_a_secret_buys_a_token_that_says_who_for_whom_and_until_when(arm: Arm) -> None:
    answer = by_secret(arm)
    assert (answer.status_code, answer.json()["token_type"], answer.json()["expires_in"]) == (200, "Bearer", 3599)
    token = answer.json()["access_token"]
    assert token.count(".") == 2
    said = jwt.decode(token, options={"verify_signature": False})
    assert (said["tid"], said["appid"], said["oid"]) == (TENANT, OPERATOR_APP, arm.emulator.settings.caller)
    assert (said["aud"], said["exp"] - int(arm.clock.now)) == ("https://management.azure.com", 3599)
    assert called(arm, token).status_code == 200


def test_the_first_generation_of_the_endpoint_takes_a_resource(arm: Arm) -> None:
    form = {"grant_type": "client_credentials", "client_id": OPERATOR_APP, "client_secret": secret_of(arm)}
    url = f"{arm.emulator.base_url}/{TENANT}/oauth2/token"
    answer = arm.session.post(url, data={**form, "resource": "https://management.core.windows.net/"}, timeout=10)
    assert called(arm, answer.json()["access_token"]).status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "error", "number"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_secret": ""}, 401, "invalid_client", 7000215),
        ({"client_id": READER}, 400, "unauthorized_client", 700016),
        ({"grant_type": "device_code"}, 400, "unsupported_grant_type", 70003),
        ({"scope": ""}, 400, "invalid_request", 900144),
        ({"tenant": "8e0f1c7a-0000-4000-8000-0000000000aa"}, 400, "invalid_request", 90002),
        ({"client_assertion": "a.b.c", "client_assertion_type": "x"}, 401, "invalid_client", 700027),
        ({"grant_type": "password", "username": "nobody", "password": "x"}, 400, "invalid_grant", 50034),
        ({"grant_type": "password", "username": "operator@emulator.local"}, 400, "invalid_grant", 50126),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 400, "invalid_grant", 9002313),
    ],
)
def test_a_bad_token_request_is_refused_in_the_form_of_the_sign_in_service(
    arm: Arm, form: dict[str, str], status: int, error: str, number: int
) -> None:
    answer = by_secret(arm, **form)
    assert (answer.status_code, answer.json()["error"], answer.json()["error_codes"]) == (status, error, [number])
    assert answer.json()["error_description"].startswith(f"AADSTS{number}: ")


def test_an_access_token_is_no_refresh_token_and_the_other_way_round(world: Callable[..., Arm]) -> None:
    arm = world()
    user = arm.emulator._edge.front.world.directory.user("operator@emulator.local")
    assert user is not None
    form = {"grant_type": "password", "username": user.sign_in, "password": user.secret, "scope": SCOPE}
    granted = asked(arm, **form).json()
    assert called(arm, granted["access_token"]).status_code == 200
    refused(called(arm, granted["refresh_token"]), 401, "InvalidAuthenticationToken")
    wrong = asked(arm, grant_type="refresh_token", refresh_token=granted["access_token"], scope=SCOPE)
    assert wrong.json()["error"] == "invalid_grant"
    renewed = asked(arm, grant_type="refresh_token", refresh_token=granted["refresh_token"], scope=SCOPE)
    assert called(arm, renewed.json()["access_token"]).status_code == 200
    told = jwt.decode(renewed.json()["id_token"], options={"verify_signature": False})
    assert told["preferred_username"] == user.sign_in
    arm.clock.advance(91 * 24 * 3_600)
    late = asked(arm, grant_type="refresh_token", refresh_token=granted["refresh_token"], scope=SCOPE)
    assert late.json()["error_codes"] == [700082]


def test_a_request_without_a_token_is_refused_and_told_where_to_get_one(arm: Arm) -> None:
    # 4.4/1
    answer = requests.get(f"{arm.emulator.base_url}/subscriptions?api-version={API}", timeout=10)
    refused(answer, 401, "AuthenticationFailed")
    assert f'authorization_uri="{arm.emulator.base_url}/{TENANT}"' in answer.headers["WWW-Authenticate"]
    assert answer.headers["x-ms-failure-cause"] == "gateway"


def test_an_expired_token_is_refused_with_both_times(arm: Arm) -> None:
    # 4.4/1
    token = by_secret(arm).json()["access_token"]
    arm.clock.advance(3_598)
    assert called(arm, token).status_code == 200
    arm.clock.advance(2)
    answer = called(arm, token)
    message = refused(answer, 401, "ExpiredAuthenticationToken")
    assert message.startswith("The access token expiry UTC time '20")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def forged(arm: Arm) -> str:
    said = jwt.decode(arm.emulator.token, options={"verify_signature": False})
    return jwt.encode(said, "x" * 32, algorithm="HS256")


def unsigned(arm: Arm) -> str:
    said = jwt.decode(arm.emulator.token, options={"verify_signature": False})
    return jwt.encode(said, "", algorithm="none")


def changed(arm: Arm) -> str:
    head, claims, signature = arm.emulator.token.split(".")
    said = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    said["oid"] = READER
    return f"{head}.{base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip('=')}.{signature}"


@pytest.mark.parametrize("make", [forged, unsigned, changed, lambda arm: arm.emulator.token[:-2], lambda _: "x"])
def test_a_token_that_the_emulator_did_not_sign_is_refused(arm: Arm, make: Callable[[Arm], str]) -> None:
    # 4.4/1
    refused(called(arm, make(arm)), 401, "InvalidAuthenticationToken")


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"tid": "8e0f1c7a-0000-4000-8000-0000000000aa"}, "InvalidAuthenticationTokenTenant"),
        ({"aud": "https://vault.azure.net"}, "InvalidAuthenticationTokenAudience"),
        ({"aud": "https://graph.microsoft.com/"}, "InvalidAuthenticationTokenAudience"),
        ({"aud": "https://[x"}, "InvalidAuthenticationTokenAudience"),
        ({"nbf": 2_000_000_000}, "InvalidAuthenticationToken"),
        ({"exp": "soon"}, "InvalidAuthenticationToken"),
        ({"oid": None, "exp": None}, "InvalidAuthenticationToken"),
    ],
)
def test_a_token_for_another_tenant_audience_or_time_is_refused(arm: Arm, claims: dict[str, Any], code: str) -> None:
    # 4.4/1
    answer = called(arm, minted(arm, **claims))
    refused(answer, 401, code)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_another_subscription_is_not_found(world: Callable[..., Arm]) -> None:
    arm = world(subscriptions=("00000000-0000-0000-0000-000000000001",))
    arm.subscription = "00000000-0000-0000-0000-000000000002"
    refused(arm.put(arm.path("corp"), gallery()), 404, "SubscriptionNotFound")
    assert not arm.emulator.resources()


def test_people_of_the_settings_sign_in_with_what_is_said_there(world: Callable[..., Arm]) -> None:
    app = "6f7c0000-0000-4000-8000-00000000000a"
    builder = Principal("6f7c0000-0000-4000-8000-000000000001", "ServicePrincipal", "builder", app, secret="open")
    arm = world(directory=(builder,))
    answer = by_secret(arm, client_id=app, client_secret="open")
    assert answer.status_code == 200, answer.text
    said = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert said["oid"] == builder.object_id
    assert by_secret(arm, client_id=app, client_secret="shut").status_code == 401


def test_a_secret_and_a_token_outlive_a_restart(world: Callable[..., Arm]) -> None:
    from reconciler.emulator.serve import start

    arm = world()
    before = (arm.emulator.token, arm.emulator.address.sign_ins)
    arm.emulator.close()
    with start(arm.emulator.settings, clock=arm.clock) as again:
        assert (again.token, again.address.sign_ins) == before


def test_the_openid_document_names_addresses_that_answer(arm: Arm) -> None:
    base = f"{arm.emulator.base_url}/{TENANT}"
    document = arm.session.get(f"{base}/v2.0/.well-known/openid-configuration", timeout=10).json()
    assert document["token_endpoint"] == f"{base}/oauth2/v2.0/token"
    assert document["issuer"] == f"{base}/v2.0"
    assert arm.session.get(document["jwks_uri"], timeout=10).json() == {"keys": []}
    common = arm.session.get(f"{arm.emulator.base_url}/organizations/v2.0/.well-known/openid-configuration", timeout=10)
    assert common.json() == document
    other = arm.session.get(f"{arm.emulator.base_url}/{READER}/v2.0/.well-known/openid-configuration", timeout=10)
    refused(other, 400, "invalid_tenant")


def test_instance_discovery_and_user_realm_lead_back_here(arm: Arm) -> None:
    host = arm.emulator.base_url.partition("://")[2]
    found = arm.session.get(f"{arm.emulator.base_url}/common/discovery/instance", timeout=10).json()
    assert found["metadata"] == [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}]
    realm = arm.session.get(f"{arm.emulator.base_url}/common/userrealm/a%40b.example", timeout=10).json()
    assert (realm["account_type"], realm["domain_name"]) == ("Managed", "b.example")


def test_the_metadata_has_the_form_of_each_api_version(arm: Arm) -> None:
    def asked_for(version: str) -> Any:
        url = f"{arm.emulator.base_url}/metadata/endpoints?api-version={version}"
        return arm.session.get(url, timeout=10).json()

    newest = asked_for("2022-09-01")
    assert newest["resourceManager"] == newest["authentication"]["loginEndpoint"] == arm.emulator.base_url
    assert asked_for("2019-05-01") == [newest]
    assert asked_for("2015-01-01")["authentication"] == {
        "loginEndpoint": arm.emulator.base_url,
        "audiences": [arm.emulator.base_url, f"{arm.emulator.base_url}/"],
    }


@pytest.mark.parametrize("path", [f"/{TENANT}/oauth2/v2.0/token", "/metadata/endpoints"])
def test_sign_in_addresses_take_no_other_method(arm: Arm, path: str) -> None:
    answer = arm.session.put(f"{arm.emulator.base_url}{path}", timeout=10)
    refused(answer, 405, "MethodNotAllowed")


@pytest.mark.parametrize("path", ["devicecode", "authorize"])
def test_nobody_is_sent_to_a_browser(arm: Arm, path: str) -> None:
    answer = arm.session.post(f"{arm.emulator.base_url}/{TENANT}/oauth2/v2.0/{path}", data={}, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


def test_the_reader_is_somebody_else_than_the_operator(arm: Arm) -> None:
    token = by_secret(arm, client_id=READER_APP, client_secret=secret_of(arm, "reader")).json()["access_token"]
    assert called(arm, token).status_code == 200
    assert arm.emulator.requests[-1].caller == READER
