"""How many requests a read costs: lists and pages, never one per version."""

from __future__ import annotations

import re

from tests.scenarios.live.estate import Estate, at, desired


def test_a_thousand_versions_cost_at_most_forty_calls(estate: Estate) -> None:
    estate.gallery("corp")
    declared = [at("corp")]
    for number in range(10):
        declared.append(estate.definition("corp", f"image-{number}"))
        declared += estate.versions("corp", f"image-{number}", [f"1.{number}.{patch}" for patch in range(100)])
    declared.append(at("corp", role="Reader"))
    estate.grant(declared[-1])
    estate.asked()
    live = estate.read(desired(*declared))
    assert len(live.resources) == 1012
    assert not live.unread
    assert not live.absent
    assert live.calls <= 40
    asked = estate.asked()
    assert len(asked) == live.calls
    assert not [path for path in asked if re.search(r"/versions/[0-9.]+\?", path)]


def test_an_empty_group_costs_one_list_and_one_proof_per_gallery(estate: Estate) -> None:
    declared = [at("corp"), *(at("corp", "i", f"1.0.{number}") for number in range(500))]
    live = estate.read(desired(*declared))
    assert live.calls == 2
    assert len(live.absent) == 502


def test_proofs_are_bounded_and_the_rest_is_left_to_the_write(estate: Estate) -> None:
    estate.gallery("corp")
    estate.definition("corp", "i")
    declared = [at("corp", "i", f"1.0.{number}") for number in range(300)]
    estate.asked()
    live = estate.read(desired(*declared))
    assert live.absent == set(declared)
    assert live.calls == 4 + 200
