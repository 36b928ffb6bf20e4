"""A secret may stand anywhere in a manifest or in Azure's answer; nothing that is printed holds it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.explain.story import known_addresses, tell
from reconciler.manifest.build import Fallback, build
from reconciler.manifest.text import ManifestText
from reconciler.model.diagnostic import Severity
from reconciler.model.plan import Plan
from reconciler.model.secrets import holds_secret, without_secrets
from reconciler.model.state import DesiredState, LiveResource, LiveState
from reconciler.planner.document import plan_document
from reconciler.render.documents import as_json, desired_document, validation_document
from reconciler.render.paint import Page
from reconciler.render.plan_markdown import plan_markdown
from reconciler.render.plan_text import ReadFacts, plan_text
from reconciler.render.why_text import why_document, why_text
from reconciler.render.words import safe
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.random_estates import NOW, estates, planned, proven, taken
from tests.support.workbench import GROUP, SUB

SECRET = "S3cr3tV4lueS3cr3tV4lue"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.S3cr3tV4lueS3cr3tV4lue"
PLANTED = (
    f"https://a.blob.core.windows.net/v/u.vhd?sv=2024&se=x&sig={SECRET}%3D",
    f"HTTPS://A.blob/v.vhd?SIG={SECRET}",
    f"wasbs://c@a.blob/v.vhd?sv=1&sig={SECRET}",
    f"?sv=2024&sig={SECRET}",
    f"sv=2024&sig={SECRET}&se=x",
    f"sv%3D2024%26sig%3D{SECRET}",
    f"SharedAccessSignature=sv=2024&ss=b&sig={SECRET}",
    f"SharedAccessSignature {SECRET}",
    f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={SECRET}==;EndpointSuffix=x",
    f"Endpoint=sb://x/;SharedAccessKeyName=k;SharedAccessKey={SECRET}=",
    f"https://user:{SECRET}@example.com/x",
    f"postgresql://user:{SECRET}@example.com/x",
    f"Authorization: Bearer {SECRET}",
    f'{{"client_secret": "{SECRET}"}}',
    f"password: {SECRET}",
    JWT,
)
HARMLESS = (
    "Basic images for everybody",
    "Bearer of the golden image",
    "config=a; design=b",
    "the password is in the vault",
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/x",
    "targetRegions[westeurope]: 1 → 2?",
    "ssh://git@example.com/repo.git",
)


@pytest.mark.parametrize("text", PLANTED)
@pytest.mark.parametrize("around", ["{}", "“{}” is no id", "first {}, then {}", "a: “{}”", "({})", "x {}\n"])
def test_every_form_of_a_secret_is_hidden_wherever_it_stands(text: str, around: str) -> None:
    words = around.format(text, text)

    shown = without_secrets(words)

    assert SECRET not in shown
    assert holds_secret(text)
    assert without_secrets(shown) == shown


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_sounds_like_one_is_shown(text: str) -> None:
    assert without_secrets(text) == text
    assert not holds_secret(text)


def test_hiding_takes_no_longer_than_reading() -> None:
    for piece in ("http://", "a:b@", "password", "password = ", "sig=", "authorization ", "eyJ", "://?"):
        without_secrets(piece * 100_000)


@st.composite
def planted(draw: st.DrawFn) -> str:
    """A stream of manifests with a secret in the place of some values or keys."""
    documents = [json.loads(text) for text in draw(estates()).split("\n---\n") if text]
    for _ in range(draw(st.integers(1, 3))):
        if documents:
            _plant(draw, draw(st.sampled_from(documents)))
    return "\n---\n".join(json.dumps(document) for document in documents)


def _plant(draw: st.DrawFn, document: Any) -> None:
    holder, key = draw(st.sampled_from(list(_places(document))))
    text = draw(st.sampled_from(PLANTED))
    if isinstance(holder, dict) and draw(st.integers(0, 4)) == 0:
        holder[text] = holder.pop(key)
    else:
        holder[key] = text


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every holder with a key of it, however deep."""
    if isinstance(value, dict | list):
        for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
            yield value, key
            yield from _places(entry)


def everything_printed(plan: Plan, desired: DesiredState, live: LiveState) -> Iterator[str]:
    """A plan and the stories of all its resources, in every form."""
    for width in (60, 120):
        yield plan_text(plan, ReadFacts(1, 1, 1.0), Page(width))
    yield plan_markdown(plan, 60_000)
    yield as_json(plan_document(plan))
    yield as_json(desired_document(desired))
    for address in known_addresses(desired, live, plan):
        story = tell(address, desired, live, plan, "test")
        yield why_text(story, Page(100))
        yield as_json(why_document(story, plan))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(planted(), st.booleans())
def test_nothing_that_is_printed_of_a_manifest_holds_a_secret(text: str, live: bool) -> None:  # noqa: FBT001
    built = build([ManifestText("a.yaml", text.encode())], Fallback(SUB, GROUP), now=NOW)

    told = [safe(line) for found in built.diagnostics for line in str(found).split("\n")]
    told.append(as_json(validation_document(built.diagnostics, "invalid", 3)))
    if not any(found.severity is Severity.ERROR for found in built.diagnostics):
        state = proven(built.desired, taken(built.desired) if live else LiveState({}))
        told += everything_printed(planned(built.desired, state), built.desired, state)

    assert not [line for line in told if SECRET in line]


def _bodies(live: LiveState) -> list[LiveResource]:
    return [live.resources[address] for address in sorted(live.resources)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(estates(), st.data())
def test_nothing_that_is_printed_of_what_is_live_holds_a_secret(text: str, data: st.DataObject) -> None:
    desired = build([ManifestText("a.yaml", text.encode())], Fallback(SUB, GROUP), now=NOW).desired
    resources = {}
    for each in _bodies(taken(desired)):
        tags = {**each.tags, "seen": data.draw(st.sampled_from(PLANTED))}
        body = {**each.body, "description": data.draw(st.sampled_from(PLANTED))}
        if each.address.access is None:
            body["tags"] = tags
        resources[each.address] = replace(each, body=body)
    live = LiveState(resources)

    told = everything_printed(planned(desired, live), desired, live)

    assert not [line for line in told if SECRET in line]


@pytest.mark.parametrize("text", [f"https://a.blob/v.vhd?sig={SECRET}", f"sig={SECRET}", f"sig={SECRET}=Standard_LRS"])
def test_what_is_no_target_region_is_never_told_in_parts(text: str) -> None:
    told = GALLERY + IMAGE + versions("1.0.0", regions=json.dumps(text))

    built = build([ManifestText("a.yaml", told.encode())], Fallback(SUB, GROUP), now=NOW)

    assert not built.ok
    assert SECRET not in safe("\n".join(map(str, built.diagnostics)))
