"""What other clients need to find and trust an emulator: the environment variables of each, as it documents them.

A client that reads these talks to the emulator alone: its CA takes the place of all others.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconciler.emulator.signin.documents import CLOUD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.emulator.server import Address

UNTRIED = ("terraform", "ansible")
_TLS_ALONE = ("az", "terraform", "ansible")
_TRUST = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")


class ClientError(ValueError):
    """A client that cannot be served as asked; the message says what to change."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who is to sign in, and with the certificate instead of the secret if so wished."""

    name: str = "operator"
    certificate: bool = False


def script(client: str, address: Address, who: SignIn, state: Path) -> str:
    """Write what a shell evaluates: what is set, what must not be left over, and what remains to be done."""
    made = exports(client, address, who, state)
    left_over = sorted(_names() - made.keys())
    lines = [f"unset {' '.join(left_over)}", *(f"export {name}={quote(value)}" for name, value in made.items())]
    told = _remark(client, who)
    return "\n".join([*lines, *([f"# {told}"] if told else [])]) + "\n"


def nothing(client: str, state: Path) -> str:
    """Write what a shell evaluates when there is no emulator: az must not go on with a sign-in to the real Azure."""
    folder = state.absolute().with_name(f"{state.name}.az-none")
    left_over = f"unset {' '.join(sorted(_names()))}\n"
    return left_over + (f"export AZURE_CONFIG_DIR={quote(str(folder))}\n" if client == "az" else "") + "false\n"


def exports(client: str, address: Address, who: SignIn, state: Path) -> dict[str, str]:
    """Give the variables of a client by name; ClientError where the emulator is not started as it must be."""
    if who.name not in address.sign_ins:
        raise ClientError(f"no application is called “{who.name}”; there are {', '.join(address.sign_ins)}")
    if not address.authority and client in _TLS_ALONE:
        raise ClientError(f"{client} speaks TLS alone: start the emulator with --tls")
    if who.certificate and not (address.client and address.sign_ins[who.name]["certificate"]):
        raise ClientError("only operator and reader have a certificate, which is made with --tls")
    if who.certificate and client == "ansible":
        raise ClientError("ansible signs in with the secret: leave --certificate out")
    made = _MAKERS[client](address, who, state)
    return made | (dict.fromkeys(_TRUST, address.authority) if address.authority else {})


def _remark(client: str, who: SignIn) -> str:
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
    """Give az a configuration folder of its own, one per port and person, so that no other sign-in is touched."""
    folder = state.absolute().with_name(f"{state.name}.az-{urlsplit(address.base_url).port}-{who.name}")
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
    one = address.sign_ins[who.name]
    return {
        "AZURE_TENANT": address.tenant,
        "AZURE_CLIENT_ID": one["id"],
        "AZURE_SECRET": one["secret"],
        "AZURE_SUBSCRIPTION_ID": address.subscription,
        "AZURE_CLOUD_ENVIRONMENT": address.base_url,
    }


def _curl(address: Address, who: SignIn, state: Path) -> dict[str, str]:
    """Serve whoever writes requests by hand, with the operator's own token."""
    del who, state
    return {"EMULATOR_URL": address.base_url, "EMULATOR_TOKEN": address.token}


_MAKERS: Mapping[str, Callable[[Address, SignIn, Path], dict[str, str]]] = {
    "az": _az,
    "sdk": _sdk,
    "terraform": _terraform,
    "ansible": _ansible,
    "curl": _curl,
}


def _names() -> frozenset[str]:
    """Give whatever may be left over in a shell from another client or person: all that any client is told."""
    from reconciler.emulator.server import Address

    some = {"id": "", "secret": "", "certificate": "yes"}
    address = Address("https://localhost", "", 0, authority="-", client="-", sign_ins={SignIn().name: some})
    told = (make(address, SignIn(certificate=by), Path()) for make in _MAKERS.values() for by in (False, True))
    return frozenset(_TRUST).union(*told)
