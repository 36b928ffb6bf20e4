from __future__ import annotations

import pytest

from reconciler.errors import AzureError
from reconciler.live import location

ENDPOINT = "https://management.azure.com"


def test_an_id_becomes_a_url_with_its_odd_characters_quoted() -> None:
    url = location.url_of(
        ENDPOINT, "/subscriptions/s/resourceGroups/rg ü?x#y", {"api-version": "1", "$filter": "a eq 'b'"}
    )
    assert url == f"{ENDPOINT}/subscriptions/s/resourceGroups/rg%20%C3%BC%3Fx%23y?api-version=1&$filter=a%20eq%20'b'"


@pytest.mark.parametrize("path", ["/subscriptions/../x", "/subscriptions/./x", "/.."])
def test_an_id_does_not_climb(path: str) -> None:
    with pytest.raises(AzureError, match="not an ARM id"):
        location.url_of(ENDPOINT, path, {})


@pytest.mark.parametrize(
    "url", [f"{ENDPOINT}/x?$skiptoken=1", f"{ENDPOINT}:443/x", "https://MANAGEMENT.azure.com/x", f"{ENDPOINT}/a?u=@b"]
)
def test_an_address_at_the_own_host_is_followed_verbatim(url: str) -> None:
    assert location.own(ENDPOINT, url) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.org/x",
        "http://management.azure.com/x",
        f"{ENDPOINT}:8443/x",
        f"{ENDPOINT}.evil.org/x",
        f"{ENDPOINT}@evil.org/x",
        f"{ENDPOINT}\\@evil.org/x",
        f"{ENDPOINT}:443@evil.org/x",
        "https://management.azure.com:x/",
        "https://[management.azure.com/",
        "https://management。azure.com/x",
        f" {ENDPOINT}/x",
        f"{ENDPOINT}/x\r\nHost: evil.org",
        "//management.azure.com/x",
        "file:///etc/passwd",
        "",
    ],
)
def test_no_other_address_is_followed(url: str) -> None:
    with pytest.raises(AzureError, match="another host"):
        location.own(ENDPOINT, url)


def test_messages_show_no_query() -> None:
    assert location.shown(f"{ENDPOINT}/a/b?s=secret") == "/a/b"
    assert location.shown("https://[") == "an unreadable address"
