"""Somebody with few rights: an emulator that asks for them, roles given by its operator, a gateway signed in so."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from reconciler.emulator.settings import Principal
from reconciler.kinds.role_assignment import BUILT_IN_ROLES
from reconciler.live.cloud import cloud_of
from reconciler.live.credential import StaticToken
from reconciler.live.gateway import Gateway
from tests.support.sources import send
from tests.support.workbench import Workbench, workbench

DEPLOYER = Principal(
    "6f7c0000-0000-4000-8000-00000000d001", name="deployer", app_id="6f7c0000-0000-4000-8000-00000000a001", secret="one"
)


def grant(bench: Workbench, scope: str, role: str) -> None:
    """The operator gives the deployer a role."""
    path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
    role_id = f"/providers/Microsoft.Authorization/roleDefinitions/{BUILT_IN_ROLES[role]}"
    sent = {"roleDefinitionId": role_id, "principalId": DEPLOYER.object_id, "principalType": "ServicePrincipal"}
    send(bench, "PUT", path, {"properties": sent}, "2022-04-01")


def token_of(bench: Workbench, principal: Principal = DEPLOYER) -> str:
    """Sign an application of the directory in."""
    form = {
        "grant_type": "client_credentials",
        "client_id": principal.app_id,
        "client_secret": principal.secret,
        "scope": "https://management.azure.com/.default",
    }
    url = f"{bench.emulator.base_url}/{bench.emulator.settings.tenant}/oauth2/v2.0/token"
    with urllib.request.urlopen(url, urllib.parse.urlencode(form).encode()) as answer:
        return str(json.load(answer)["access_token"])


@contextmanager
def limited(folder: Path, **settings: Any) -> Iterator[tuple[Workbench, Workbench]]:
    """The operator's workbench, and the deployer's on the same emulator and folder; he may read everything there."""
    chosen = {"authorization": True, "directory": (DEPLOYER,), "granted": {DEPLOYER.object_id: ("Reader",)}}
    with workbench(folder, **{**chosen, **settings}) as operator:
        cloud = cloud_of("emulator", endpoint=operator.emulator.base_url)
        gateway = Gateway(cloud, StaticToken(token_of(operator)))
        try:
            yield operator, replace(operator, gateway=gateway)
        finally:
            gateway.close()
