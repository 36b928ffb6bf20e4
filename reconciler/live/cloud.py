"""Which Azure we talk to: where its resource manager is, which audience a token is for, who issues it.

Endpoints are checked here once, because a token must never travel in plain text or to a mistyped host.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from reconciler.errors import UsageError


@dataclass(frozen=True, slots=True)
class Cloud:
    """One cloud: the resource manager's endpoint, the audience of its tokens and the sign-in authority."""

    name: str
    endpoint: str
    audience: str
    authority: str

    @property
    def token_scope(self) -> str:
        """What a token is asked for."""
        return f"{self.audience.rstrip('/')}/.default"

    @property
    def loopback(self) -> bool:
        """Whether the endpoint is on this machine: only then may it be plain http, and no proxy is asked."""
        return is_loopback(urlsplit(self.endpoint).hostname or "")


PUBLIC_AUTHORITY: Final = "https://login.microsoftonline.com"
CLOUDS: Final = {
    cloud.name.lower(): cloud
    for cloud in (
        Cloud("AzureCloud", "https://management.azure.com", "https://management.azure.com", PUBLIC_AUTHORITY),
        Cloud(
            "AzureChinaCloud",
            "https://management.chinacloudapi.cn",
            "https://management.chinacloudapi.cn",
            "https://login.chinacloudapi.cn",
        ),
        Cloud(
            "AzureUSGovernment",
            "https://management.usgovcloudapi.net",
            "https://management.core.usgovcloudapi.net",
            "https://login.microsoftonline.us",
        ),
    )
}
OWN_ENDPOINT: Final = frozenset({"custom", "emulator"})


def cloud_of(
    name: str, *, endpoint: str | None = None, audience: str | None = None, authority: str | None = None
) -> Cloud:
    """Give the cloud of that name, with what is stated laid over what is known. Raises UsageError."""
    known = CLOUDS.get(name.lower())
    if known is None and name.lower() not in OWN_ENDPOINT:
        names = ", ".join([*(cloud.name for cloud in CLOUDS.values()), *sorted(OWN_ENDPOINT)])
        raise UsageError(f"unknown cloud “{name}”", f"known are {names}")
    if known is None:
        if not endpoint:
            raise UsageError(f"cloud “{name}” needs the endpoint of its resource manager", "state the endpoint")
        known = Cloud(name.lower(), endpoint, endpoint.rstrip("/"), PUBLIC_AUTHORITY)
    return replace(
        known,
        endpoint=_checked(endpoint or known.endpoint, "endpoint"),
        audience=(audience or known.audience).rstrip("/"),
        authority=_checked(authority or known.authority, "authority"),
    )


def _checked(url: str, what: str) -> str:
    """The address without a final slash; it must be https, or http on this machine, and nothing but an address."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise UsageError(f"{what} “{url}” is not an address: {error}") from error
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or parts.username is not None:
        raise UsageError(f"{what} “{url}” is not an address", f"write {what} as https://host")
    if parts.scheme == "http" and not is_loopback(host):
        raise UsageError(f"{what} “{url}” would send tokens in plain text", "use https; http only on this machine")
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host name is this machine."""
    try:
        return host.lower() == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
