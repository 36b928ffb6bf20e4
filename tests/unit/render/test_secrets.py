"""Signatures in addresses never leave the process."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from reconciler.model.address import Address
from reconciler.model.health import Health, ResourceHealth
from reconciler.model.secrets import without_secrets
from reconciler.render.documents import as_json
from reconciler.render.paint import Page
from reconciler.render.report_text import status_text
from reconciler.render.words import safe, value_words

SIGNED = "https://a.blob.core.windows.net/v/u.vhd?sv=2024&se=x&sig=c2VjcmV0%3D"
HIDDEN = "https://a.blob.core.windows.net/v/u.vhd?…"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (SIGNED, HIDDEN),
        (SIGNED.replace("https", "HTTP"), HIDDEN.replace("https", "HTTP")),
        (f"restore uri: {SIGNED} · more", f"restore uri: {HIDDEN} · more"),
        (f"“{SIGNED}” is no id", f"“{HIDDEN}” is no id"),
        (f"first {SIGNED}, then {SIGNED}", f"first {HIDDEN} then {HIDDEN}"),
        ("https://user:pw@host/x", "https://***@host/x"),
        ("did you mean this?", "did you mean this?"),
        ("https://host/path", "https://host/path"),
    ],
)
def test_the_query_of_an_address_is_hidden(text: str, shown: str) -> None:
    assert without_secrets(text) == shown
    assert safe(text) == shown


def test_values_hide_it_however_deep() -> None:
    assert value_words(SIGNED) == f'"{HIDDEN}"'
    assert "c2Vj" not in value_words({"osDiskImage": [{"uri": SIGNED}]})


def test_json_hides_it_in_values_and_keys() -> None:
    document = json.loads(as_json({"words": f"from {SIGNED}", "list": [{SIGNED: SIGNED}], "count": 1}))

    assert document == {"words": f"from {HIDDEN}", "list": [{HIDDEN: HIDDEN}], "count": 1}


def test_status_hides_it() -> None:
    row = ResourceHealth(Address("s", "g", "corp"), Health.UNKNOWN, f"no answer of {SIGNED}")

    assert "c2Vj" not in status_text([row], Page(80), datetime(2026, 11, 1, tzinfo=UTC))
