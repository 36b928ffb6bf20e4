"""Callers other than the house operator: they sign in over HTTP and then call as any client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests

from reconciler.emulator.settings import Principal
from tests.emulator.arm import Arm

if TYPE_CHECKING:
    from collections.abc import Sequence

DEPLOYER = Principal(
    "6f7c0000-0000-4000-8000-00000000d001", name="deployer", app_id="6f7c0000-0000-4000-8000-00000000a001", secret="one"
)
OTHER = Principal(
    "6f7c0000-0000-4000-8000-00000000d002", name="other", app_id="6f7c0000-0000-4000-8000-00000000a002", secret="two"
)
PEOPLE: Sequence[Principal] = (DEPLOYER, OTHER)


@dataclass
class Person(Arm):
    """Somebody at one subscription and group of an emulator."""

    token: str = ""

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        api: str = "2024-03-03",
        query: str = "",
        headers: dict[str, str] | None = None,
    ) -> requests.Response:
        own = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return super().call(method, path, body, api=api, query=query, headers=own)


def sign_in(arm: Arm, principal: Principal = DEPLOYER) -> Person:
    """Let an application of the directory sign in."""
    form = {
        "grant_type": "client_credentials",
        "client_id": principal.app_id,
        "client_secret": principal.secret,
        "scope": "https://management.azure.com/.default",
    }
    url = f"{arm.emulator.base_url}/{arm.emulator.settings.tenant}/oauth2/v2.0/token"
    answer = requests.post(url, data=form, timeout=10)
    assert answer.status_code == 200, answer.text
    token = str(answer.json()["access_token"])
    return Person(arm.emulator, arm.clock, arm.group, arm.subscription, arm.session, token)
