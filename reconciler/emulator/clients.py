"""What other clients need to find and trust an emulator: the environment variables of each, as it documents them.

A client that reads these talks to the emulator alone: its CA takes the place of all others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconciler.emulator.signin.documents import CLOUD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from reconciler.emulator.server import Address

APPLICATIONS = ("operator", "reader")
UNTRIED = ("terraform", "ansible")


class ClientError(ValueError):
    """A client that cannot be served as asked; the message says what to change."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who is to sign in, and with the certificate instead of the secret if so wished."""

    name: str = "operator"
    certificate: bool = False


def exports(client: str, address: Address, who: SignIn, state: Path) -> dict[str, str]:
    """Give the variables of a client by name; ClientError where the emulator is not started as it must be."""
    if who.name not in APPLICATIONS:
        raise ClientError(f"nobody is called “{who.name}”; there are {' and '.join(APPLICATIONS)}")
    if not address.authority and client != "sdk":
        raise ClientError(f"{client} speaks TLS alone: start the emulator with --tls")
    if who.certificate and not address.client:
        raise ClientError("the certificate to sign in with is made with --tls")
    made = _MAKERS[client](address, who, state)
    trust = {"REQUESTS_CA_BUNDLE": address.authority, "SSL_CERT_FILE": address.authority} if address.authority else {}
    return made | trust


def remark(client: str, who: SignIn) -> str:
    """Say what is left to do once the variables are set; empty for nothing."""
    if client != "az":
        return "untried: made after the documented variables of this client" if client in UNTRIED else ""
    means = "--certificate $AZURE_CLIENT_CERTIFICATE_PATH" if who.certificate else "--password $AZURE_CLIENT_SECRET"
    return f"az login --service-principal --username $AZURE_CLIENT_ID {means} --tenant $AZURE_TENANT_ID"


def _identity(address: Address, who: SignIn) -> dict[str, str]:
    """Name who signs in as the Azure SDKs read it."""
    one = address.sign_ins[who.name]
    head = {"AZURE_TENANT_ID": address.tenant, "AZURE_CLIENT_ID": one["id"]}
    if who.certificate:
        return head | {"AZURE_CLIENT_CERTIFICATE_PATH": address.client}
    return head | {"AZURE_CLIENT_SECRET": one["secret"]}


def _az(address: Address, who: SignIn, state: Path) -> dict[str, str]:
    """Give az a configuration folder of its own, one per port, so that no other sign-in is touched."""
    folder = state.absolute().with_name(f"{state.name}.az-{urlsplit(address.base_url).port}")
    return _identity(address, who) | {
        "AZURE_CONFIG_DIR": str(folder),
        "ARM_CLOUD_METADATA_URL": f"{address.base_url}/metadata/endpoints?api-version=2019-05-01",
        "AZURE_CORE_INSTANCE_DISCOVERY": "false",
        "AZURE_CORE_COLLECT_TELEMETRY": "false",
    }


def _sdk(address: Address, who: SignIn, state: Path) -> dict[str, str]:
    """Serve azure-identity, and this program as a client like any other."""
    del state
    return _identity(address, who) | {
        "AZURE_AUTHORITY_HOST": address.base_url,
        "AZURE_SUBSCRIPTION_ID": address.subscription,
        "RECONCILER_CLOUD": "custom",
        "RECONCILER_ENDPOINT": address.base_url,
        "RECONCILER_AUDIENCE": address.base_url,
        "RECONCILER_AUTHORITY": address.base_url,
        "RECONCILER_CREDENTIAL_TYPE": "environment",
    }


def _terraform(address: Address, who: SignIn, state: Path) -> dict[str, str]:
    del state
    said = _identity(address, who)
    renamed = {f"ARM_{name.removeprefix('AZURE_')}": value for name, value in said.items()}
    return renamed | {
        "ARM_METADATA_HOSTNAME": urlsplit(address.base_url).netloc,
        "ARM_ENVIRONMENT": CLOUD,
        "ARM_SUBSCRIPTION_ID": address.subscription,
        "ARM_RESOURCE_PROVIDER_REGISTRATIONS": "none",
    }


def _ansible(address: Address, who: SignIn, state: Path) -> dict[str, str]:
    del state
    if who.certificate:
        raise ClientError("ansible signs in with the secret: leave --certificate out")
    one = address.sign_ins[who.name]
    return {
        "AZURE_TENANT": address.tenant,
        "AZURE_CLIENT_ID": one["id"],
        "AZURE_SECRET": one["secret"],
        "AZURE_SUBSCRIPTION_ID": address.subscription,
        "AZURE_CLOUD_ENVIRONMENT": address.base_url,
    }


_MAKERS: Mapping[str, Callable[[Address, SignIn, Path], dict[str, str]]] = {
    "az": _az,
    "sdk": _sdk,
    "terraform": _terraform,
    "ansible": _ansible,
}
CLIENTS = tuple(_MAKERS)
