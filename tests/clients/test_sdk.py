"""azure-identity, MSAL and the typed clients, unmodified, over TLS with the printed exports alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msal  # type: ignore[import-untyped]
import pytest
import requests
from azure.core.exceptions import HttpResponseError
from azure.identity import CertificateCredential, EnvironmentCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.compute import ComputeManagementClient

from tests.support.foreign import Served, served

GROUP = "rg-sdk"
SOMEBODY = {
    "object_id": "6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e6f",
    "kind": "User",
    "name": "Somebody",
    "sign_in": "somebody@emulator.local",
    "secret": "open-sesame",
}
GALLERY: Any = {"location": "westeurope"}  # the clients take bodies as plain values, too


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("sdk")
    config = folder / "emulator.yaml"
    config.write_text(json.dumps({"directory": [SOMEBODY]}), encoding="utf-8")
    with served(folder, "--time-scale", "0", "--authorize", "--config", str(config)) as running:
        yield running


@pytest.fixture
def exports(emulator: Served, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    made = emulator.exports("sdk")
    for name, value in made.items():
        monkeypatch.setenv(name, value)
    return made


def compute(exports: dict[str, str], credential: Any) -> ComputeManagementClient:
    scope = f"{exports['RECONCILER_AUDIENCE']}/.default"
    return ComputeManagementClient(
        credential,
        exports["AZURE_SUBSCRIPTION_ID"],
        exports["RECONCILER_ENDPOINT"],
        credential_scopes=[scope],
        polling_interval=0,
    )


def test_the_environment_credential_and_the_typed_clients_work_to_the_end(exports: dict[str, str]) -> None:
    with closing(EnvironmentCredential(disable_instance_discovery=True)) as credential:
        client = compute(exports, credential)
        gallery = client.galleries.begin_create_or_update(GROUP, "corp", GALLERY).result()
        assert gallery.provisioning_state == "Succeeded"
        image: Any = {
            "location": "westeurope",
            "properties": {
                "osType": "Linux",
                "osState": "Generalized",
                "identifier": {"publisher": "P", "offer": "O", "sku": "S"},
            },
        }
        client.gallery_images.begin_create_or_update(GROUP, "corp", "ubuntu", image).result()
        source = (
            f"/subscriptions/{exports['AZURE_SUBSCRIPTION_ID']}/resourceGroups/x/providers/Microsoft.Compute/images/i"
        )
        body: Any = {"location": "westeurope", "properties": {"storageProfile": {"source": {"id": source}}}}
        version = client.gallery_image_versions.begin_create_or_update(GROUP, "corp", "ubuntu", "1.0.0", body).result()
        assert version.publishing_profile.target_regions[0].name == "West Europe"
        shown = client.gallery_image_versions.get(GROUP, "corp", "ubuntu", "1.0.0", expand="ReplicationStatus")
        assert shown.replication_status.aggregated_state == "Completed"
        with pytest.raises(HttpResponseError, match="CannotDeleteResource"):
            client.galleries.begin_delete(GROUP, "corp").result()
        client.gallery_image_versions.begin_delete(GROUP, "corp", "ubuntu", "1.0.0").result()
        client.gallery_images.begin_delete(GROUP, "corp", "ubuntu").result()
        client.galleries.begin_delete(GROUP, "corp").result()
        assert list(client.galleries.list_by_resource_group(GROUP)) == []


def test_a_certificate_signs_in_where_the_secret_does(emulator: Served, exports: dict[str, str]) -> None:
    certified = emulator.exports("sdk", "--certificate", "--as", "reader")
    credential = CertificateCredential(
        certified["AZURE_TENANT_ID"],
        certified["AZURE_CLIENT_ID"],
        certified["AZURE_CLIENT_CERTIFICATE_PATH"],
        authority=certified["AZURE_AUTHORITY_HOST"],
        disable_instance_discovery=True,
    )
    with closing(credential):
        client = compute(exports, credential)
        assert list(client.galleries.list()) == []
        with pytest.raises(HttpResponseError) as caught:
            client.galleries.begin_create_or_update(GROUP, "mine", GALLERY)
        assert (caught.value.status_code, "AuthorizationFailed" in str(caught.value)) == (403, True)


def test_the_certificate_of_somebody_else_is_refused(exports: dict[str, str], tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from reconciler.emulator.signin import certificates

    other = certificates.issue(tmp_path / "other.db", "127.0.0.1", datetime.now(UTC)).client
    key, certificate = other.read_text().split("-----BEGIN CERTIFICATE-----")
    thumbprint = _thumbprint(f"-----BEGIN CERTIFICATE-----{certificate}")
    app = msal.ConfidentialClientApplication(
        exports["AZURE_CLIENT_ID"],
        authority=f"{exports['AZURE_AUTHORITY_HOST']}/{exports['AZURE_TENANT_ID']}",
        client_credential={"private_key": key, "thumbprint": thumbprint},
        instance_discovery=False,
    )
    granted = app.acquire_token_for_client([f"{exports['RECONCILER_AUDIENCE']}/.default"])
    assert (granted["error"], "access_token" in granted) == ("invalid_client", False)


def _thumbprint(pem: str) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    return x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA1()).hex()  # what MSAL names it by


def test_msal_renews_the_token_of_a_user(exports: dict[str, str]) -> None:
    authority = f"{exports['AZURE_AUTHORITY_HOST']}/{exports['AZURE_TENANT_ID']}"
    scope = f"{exports['RECONCILER_AUDIENCE']}/.default"
    client = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
    form = {"grant_type": "password", "client_id": client, "username": SOMEBODY["sign_in"]}
    form["password"] = SOMEBODY["secret"]
    granted = requests.post(
        f"{authority}/oauth2/v2.0/token",
        data={**form, "scope": f"{scope} offline_access"},
        verify=exports["REQUESTS_CA_BUNDLE"],
        timeout=10,
    ).json()
    app = msal.PublicClientApplication(client, authority=authority, instance_discovery=False)
    first = app.acquire_token_by_refresh_token(granted["refresh_token"], [scope])
    assert "access_token" in first, first
    (account,) = app.get_accounts()
    renewed = app.acquire_token_silent([scope], account, force_refresh=True)
    assert renewed is not None
    assert renewed["access_token"] not in (granted["access_token"], first["access_token"])


def test_the_typed_authorization_client_grants_and_takes_away(exports: dict[str, str]) -> None:
    with closing(EnvironmentCredential(disable_instance_discovery=True)) as credential:
        client = AuthorizationManagementClient(
            credential,
            exports["AZURE_SUBSCRIPTION_ID"],
            base_url=exports["RECONCILER_ENDPOINT"],
            credential_scopes=[f"{exports['RECONCILER_AUDIENCE']}/.default"],
        )
        scope = f"/subscriptions/{exports['AZURE_SUBSCRIPTION_ID']}/resourceGroups/{GROUP}"
        name = "6f7c0000-0000-4000-8000-000000000009"
        role = f"{scope}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
        role = role.replace(f"/resourceGroups/{GROUP}", "")
        sent: Any = {"role_definition_id": role, "principal_id": "6f7c0000-0000-4000-8000-000000000001"}
        made = client.role_assignments.create(scope, name, sent)
        assert made.scope == scope
        listed = list(client.role_assignments.list_for_scope(scope, filter="atScope()"))
        assert name in [one.name for one in listed]
        assert client.role_assignments.delete(scope, name).name == name
