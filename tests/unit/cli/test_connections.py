"""Who signs in: one gateway for each cloud and credential, and another credential for reading where that is wished."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.app import connect
from reconciler.cli.connection import connected, shared_connections
from reconciler.errors import CredentialError
from reconciler.settings import Settings, layer

READER = {
    "credential": {"type": "cli"},
    "planCredential": {"type": "client-secret", "tenantId": "corp.example.com", "clientId": "reader"},
}


def settings(**values: object) -> Settings:
    found = layer(values, {}, {})
    assert not found.problems
    return found.settings


def test_reading_signs_in_as_the_plan_credential_says_and_writing_does_not() -> None:
    chosen = settings(**READER)

    with pytest.raises(CredentialError, match="AZURE_CLIENT_SECRET"):
        connect(chosen, {}, None)
    connect(chosen, {"AZURE_PLAN_CLIENT_SECRET": "reader's"}, None).close()
    connect(chosen, {}, None, writing=True).close()


def test_without_a_plan_credential_reading_and_writing_are_one() -> None:
    chosen = settings(credential={"type": "client-secret", "tenantId": "corp.example.com", "clientId": "both"})

    for writing in (False, True):
        with pytest.raises(CredentialError, match="AZURE_CLIENT_SECRET"):
            connect(chosen, {"AZURE_PLAN_CLIENT_SECRET": "reader's"}, None, writing=writing)


def test_targets_share_a_gateway_where_cloud_and_credential_are_the_same(tmp_path: Path) -> None:
    state = {"state": str(tmp_path / "emulator.sqlite")}
    one = settings(cloud="emulator", emulator=state, instance="one")
    two = settings(cloud="emulator", emulator=state, instance="two")
    other = settings(cloud="emulator", emulator=state, credential={"type": "cli"})

    with shared_connections():
        with connected(one) as first, connected(two) as second, connected(other) as third:
            assert first is second
            assert first is not third
        with connected(two) as again:
            assert again is first
    with connected(one) as alone:
        assert alone is not first
