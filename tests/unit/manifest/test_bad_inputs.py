"""Input beyond the limits, or not text at all, is one clear finding."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reconciler.manifest.build import Fallback, build
from reconciler.manifest.limits import Limits
from reconciler.manifest.text import ManifestText
from tests.unit.manifest.bad_inputs import BAD_INPUTS, BadInput

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize("bad", BAD_INPUTS, ids=lambda bad: bad.code)
def test_a_bad_input_is_refused_at_its_place_with_a_hint(bad: BadInput) -> None:
    texts = [ManifestText(name, data) for name, data in bad.texts.items()]
    built = build(texts, Fallback(), now=NOW, limits=bad.limits)
    found = {one.code: one for one in built.diagnostics}
    assert bad.code in found
    assert str(found[bad.code].origin) == bad.place
    assert found[bad.code].hint
    assert not built.ok


def test_a_utf8_mark_is_not_a_mistake_and_does_not_move_places() -> None:
    text = ManifestText("a.yaml", b"\xef\xbb\xbfapiVersion: x\nkind: Gallery\n")
    built = build([text], Fallback(), now=NOW)
    assert [(one.code, str(one.origin)) for one in built.diagnostics] == [("bad-api-version", "a.yaml:1:1")]


def test_a_message_is_one_printable_line_whatever_the_manifest_holds() -> None:
    data = b'apiVersion: gallery-reconciler/v1\nkind: "Gal\\e[31m\\nlery' + b"x" * 500 + b'"\n'
    built = build([ManifestText("a.yaml", data)], Fallback(), now=NOW)
    assert [one.code for one in built.diagnostics] == ["unknown-kind"]
    assert all(one.message.isprintable() and len(one.message) <= 300 for one in built.diagnostics)


def test_windows_line_ends_are_read() -> None:
    data = b"apiVersion: gallery-reconciler/v1\r\nkind: Gallery\r\nmetadata: {nam: x}\r\n"
    built = build([ManifestText("a.yaml", data)], Fallback(), now=NOW)
    assert [str(one.origin) for one in built.diagnostics if one.code == "unknown-key"] == ["a.yaml:3:12"]


def test_reading_stops_when_the_list_of_findings_is_full() -> None:
    text = ManifestText("a.yaml", b"".join(b"---\n- x\n" for _ in range(50)))
    built = build([text], Fallback(), now=NOW, limits=Limits(diagnostics=7))
    assert [one.code for one in built.diagnostics] == ["bad-document"] * 7 + ["too-many-findings"]
