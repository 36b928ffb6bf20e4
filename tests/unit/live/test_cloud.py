from __future__ import annotations

import pytest

from reconciler.errors import UsageError
from reconciler.live.cloud import cloud_of


@pytest.mark.parametrize("name", ["AzureCloud", "azurechinacloud", "AzureUSGovernment"])
def test_known_clouds_have_https_everywhere(name: str) -> None:
    cloud = cloud_of(name)
    assert cloud.endpoint.startswith("https://management.")
    assert cloud.authority.startswith("https://login.")
    assert cloud.token_scope.endswith("/.default")
    assert not cloud.loopback


def test_a_cloud_of_ones_own_takes_its_endpoint_as_audience() -> None:
    cloud = cloud_of("custom", endpoint="https://management.example.org/", authority="https://login.example.org/")
    assert (cloud.endpoint, cloud.audience) == ("https://management.example.org", "https://management.example.org")
    assert cloud.authority == "https://login.example.org"


def test_what_is_stated_wins_over_what_is_known() -> None:
    cloud = cloud_of("AzureCloud", endpoint="https://private.example.org", audience="https://management.azure.com/")
    assert (cloud.endpoint, cloud.audience) == ("https://private.example.org", "https://management.azure.com")


@pytest.mark.parametrize("name", ["custom", "emulator"])
def test_a_cloud_of_ones_own_needs_its_endpoint(name: str) -> None:
    with pytest.raises(UsageError, match="endpoint"):
        cloud_of(name)


def test_an_unknown_cloud_is_named_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="MoonCloud") as caught:
        cloud_of("MoonCloud")
    assert "AzureUSGovernment" in caught.value.hint


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:1", "[::1]:9", "127.9.9.9"])
def test_plain_http_is_for_this_machine(host: str) -> None:
    assert cloud_of("emulator", endpoint=f"http://{host}").loopback


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://management.azure.com",
        "http://10.0.0.1",
        "http://localhost.example.org",
        "ftp://localhost",
        "management.azure.com",
        "https://",
        "https://user:secret@host",
        "https://host?x=1",
        "https://host#x",
        "https://host:port",
        "https://[::1",
    ],
)
def test_tokens_never_travel_in_plain_text_or_to_nonsense(endpoint: str) -> None:
    with pytest.raises(UsageError):
        cloud_of("custom", endpoint=endpoint)
