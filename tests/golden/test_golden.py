"""What people and machines read stays as it is, byte for byte; `RENEW_GOLDEN=1` writes the files anew."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from reconciler.planner.document import plan_document
from reconciler.render.documents import as_json
from reconciler.render.layout import columns
from reconciler.render.paint import Page
from reconciler.render.plan_text import ReadFacts, plan_text
from tests.golden.everything import CHECKED

HERE = Path(__file__).parent
FACTS = ReadFacts(214, 31, 0.9, ".reconciler/emulator.sqlite")
RENDERED = {
    "plan-80.txt": plan_text(CHECKED, FACTS, Page(80)),
    "plan-160.txt": plan_text(CHECKED, FACTS, Page(160)),
    "plan.json": as_json(plan_document(CHECKED)),
}


@pytest.mark.parametrize("name", RENDERED)
def test_the_plan_reads_as_it_did(name: str) -> None:
    path = HERE / name
    if os.environ.get("RENEW_GOLDEN"):
        path.write_text(RENDERED[name], encoding="utf-8")

    assert RENDERED[name] == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [40, 80, 120, 160])
def test_no_line_of_a_plan_is_wider_than_its_page(width: int) -> None:
    lines = plan_text(CHECKED, FACTS, Page(width)).split("\n")

    assert [line for line in lines if columns(line) > width] == []


@pytest.mark.parametrize("name", RENDERED)
def test_no_signature_is_in_any_form_of_a_plan(name: str) -> None:
    assert "Zm9v" not in RENDERED[name]
    assert "sv=2024" not in RENDERED[name]
    assert "https://corp.blob.core.windows.net/vhds/ubuntu-2404.vhd?…" in " ".join(RENDERED[name].split())


def test_the_json_plan_is_json() -> None:
    assert json.loads(RENDERED["plan.json"])["source"]["dirty"] is True
