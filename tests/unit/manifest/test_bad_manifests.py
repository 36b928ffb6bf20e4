"""Every mistake is reported under its code, at its very place, with a hint."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.manifest.build import Built, Fallback, build
from reconciler.manifest.text import ManifestText
from tests.unit.manifest.bad_makers import MARK, Bad
from tests.unit.manifest.bad_manifests import BAD

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FINDINGS = Path(__file__).with_name("findings.txt")


def built(text: str) -> Built:
    return build([ManifestText("bad.yaml", text.encode())], Fallback(), now=NOW)


def place_of_mark(text: str) -> str:
    before = text[: text.index(MARK)]
    return f"bad.yaml:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def case_id(bad: Bad) -> str:
    line = next((line for line in bad.text.splitlines() if MARK in line), "")
    return f"{bad.code}: {line.strip()[:40]}"


@pytest.mark.parametrize("bad", BAD, ids=case_id)
def test_a_mistake_is_reported_once_at_its_place_with_a_hint(bad: Bad) -> None:
    found = built(bad.text.replace(MARK, "")).diagnostics
    assert [one.code for one in found] == [bad.code]
    assert str(found[0].origin) == place_of_mark(bad.text)
    assert found[0].hint
    assert bad.hint in found[0].hint
    assert "\n" not in found[0].message


def test_every_mistake_reads_as_it_did() -> None:
    """`RENEW_GOLDEN=1` writes the findings anew."""
    told = [
        f"{found.severity} {found.code} {found.origin}\n  {found.message}\n  {found.hint}\n"
        for bad in BAD
        for found in built(bad.text.replace(MARK, "")).diagnostics
    ]
    if "RENEW_GOLDEN" in os.environ:
        FINDINGS.write_text("".join(told), encoding="utf-8")
    assert "".join(told) == FINDINGS.read_text(encoding="utf-8")
