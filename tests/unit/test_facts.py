"""Every Azure fact that the code cites is written down in docs/azure.md."""

from __future__ import annotations

import re
from pathlib import Path

from reconciler.kinds.registry import KINDS
from reconciler.kinds.shape import leaves

ROOT = Path(__file__).parents[2]
SECTIONS = {"2.5", "2.1", "2.2", "2.3", "2.4"}


def test_every_fact_behind_a_field_rule_is_in_the_document() -> None:
    document = (ROOT / "docs" / "azure.md").read_text(encoding="utf-8")
    written = set(re.findall(r"`?\b(\d(?:\.\d)?/\d+)\b`?", document)) | SECTIONS

    cited = {slot.field.fact for known in KINDS.values() for slot in leaves(known.shape)}

    assert len(cited) > 30
    assert cited - written == set()


def test_every_fact_id_in_the_code_is_in_the_document() -> None:
    document = (ROOT / "docs" / "azure.md").read_text(encoding="utf-8")
    written = set(re.findall(r"\b(\d(?:\.\d)?/\d+)\b", document))
    cited = {
        fact
        for path in (ROOT / "reconciler").rglob("*.py")
        for fact in re.findall(r"(?<![\w./])([2-8](?:\.\d)?/\d+)(?![\w/])", path.read_text(encoding="utf-8"))
    }

    assert cited - written == set()
