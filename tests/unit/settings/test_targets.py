"""Targets in the settings: what each may say, what falls back, and which of them a run is about."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from reconciler.errors import UsageError
from reconciler.manifest.settings_file import read_settings
from reconciler.manifest.text import ManifestText
from reconciler.model.address import Kind
from reconciler.settings import ChosenTarget, Layered, chosen_targets, layer
from reconciler.settings.words import KindName

SUB = "00000000-0000-0000-0000-000000000001"
FOLDER = Path("/estates")


def layered(file: str, environment: dict[str, str] | None = None, flags: dict[str, Any] | None = None) -> Layered:
    values, origins, diagnostics = read_settings(ManifestText("reconciler.yaml", file.encode()))
    assert not diagnostics
    return layer(values, environment or {}, flags or {}, origins)


def target(more: str = "", name: str = "one", path: str = "one", prune: str = "prune: off") -> str:
    return "\n".join(
        [f"  - name: {name}", f"    source: {{path: {path}}}", *(f"    {line}" for line in (prune, more) if line)]
    )


def targets(*each: str, before: str = "") -> str:
    return f"{before}targets:\n" + "\n".join(each) + "\n"


def chosen(text: str, path: str = ".", flags: dict[str, Any] | None = None, **environment: str) -> list[ChosenTarget]:
    found = layered(text, environment, flags)
    assert not found.problems, found.problems
    return list(chosen_targets(found, path, FOLDER))


BOTH = targets(target(), target(name="two", path="sub/two", prune="prune: on"))


def test_without_a_path_all_targets_run_in_their_order() -> None:
    found = chosen(BOTH)

    assert [(one.name, one.path, one.settings.prune) for one in found] == [
        ("one", "/estates/one", "off"),
        ("two", "/estates/sub/two", "on"),
    ]


def test_a_path_that_is_a_targets_source_is_that_target() -> None:
    (found,) = chosen(BOTH, "/estates/sub/../sub/two/")
    assert (found.name, found.settings.prune) == ("two", "on")


@pytest.mark.parametrize("path", ["/elsewhere", "/estates/one/gallery.yaml", "-"])
def test_any_other_path_is_a_target_of_its_own(path: str) -> None:
    (found,) = chosen(BOTH, path)
    assert (found.name, found.path, found.settings.prune) == ("", path, "confirm")


@pytest.mark.parametrize(
    ("flags", "environment"), [({"target": ["TWO"]}, {}), ({}, {"RECONCILER_TARGET": "two"})], ids=["flag", "variable"]
)
def test_targets_are_chosen_by_name(flags: dict[str, Any], environment: dict[str, str]) -> None:
    assert [one.name for one in chosen(BOTH, ".", flags, **environment)] == ["two"]


def test_several_names_keep_the_order_of_the_settings() -> None:
    assert [one.name for one in chosen(BOTH, RECONCILER_TARGET="two, one")] == ["one", "two"]


def test_a_path_counts_more_than_a_variable_but_never_contradicts_a_flag() -> None:
    assert [one.name for one in chosen(BOTH, "/estates/one", RECONCILER_TARGET="two")] == ["one"]
    with pytest.raises(UsageError, match="contradict"):
        chosen(BOTH, "/estates/one", {"target": ["two"]})


def test_a_target_that_is_not_there_is_named_with_the_one_that_is_meant() -> None:
    with pytest.raises(UsageError) as caught:
        chosen(targets(target(name="production")), ".", {"target": ["prodction"]})
    assert "production" in caught.value.hint
    with pytest.raises(UsageError, match="no targets"):
        chosen("instance: a\n", ".", {"target": ["two"]})


FULL = f"""
  - name: full
    source: {{path: full}}
    mode: plan
    prune: on
    scope:
      subscriptions: [{SUB}]
      resourceGroups: [rg-images]
      galleries: [corp_*]
      regions: [West Europe, northeurope]
      kinds: [Gallery, ImageVersion]
    limits: {{maxDeletes: 3}}
    ignore: [{{kind: ImageVersion, address: rg/**, path: tags.owner, reason: the inventory's}}]
    updatableFields: documented
    ownership: none
    instance: theirs
    cloud: AzureChinaCloud
    credential: {{type: cli}}
    planCredential: {{type: managed-identity, clientId: reader}}
    subscription: {SUB}
    resourceGroup: rg-images
"""
BEFORE = """
instance: ours
credential: {type: client-secret, clientId: writer}
limits: {maxDeletes: 10, maxDeletePercent: 20}
ignore: [{path: description, reason: texts are theirs}]
"""


def test_a_target_may_say_everything_of_its_own() -> None:
    (found,) = chosen(targets(FULL, before=BEFORE))
    settings = found.settings

    assert (found.mode, settings.prune, settings.ownership, settings.instance) == ("plan", "on", "none", "theirs")
    assert (settings.cloud, settings.updatableFields) == ("AzureChinaCloud", "documented")
    assert (settings.credential.type, settings.credential.clientId) == ("cli", None)
    assert (settings.planCredential.type, settings.planCredential.clientId) == ("managed-identity", "reader")
    assert (settings.limits.maxDeletes, settings.limits.maxDeletePercent) == (3, 20)
    assert [rule.path for rule in settings.ignore] == ["tags.owner", "description"]
    assert (settings.subscription, settings.resourceGroup) == (SUB, "rg-images")
    assert found.scope.regions == ("West Europe", "northeurope")
    assert found.origins["instance"] == "reconciler.yaml:22:5"
    assert found.origins["limits.maxDeletes"] == "reconciler.yaml:18:14"
    assert found.origins["limits.maxDeletePercent"] == "reconciler.yaml:4:26"


def test_what_a_target_does_not_say_is_as_for_all() -> None:
    (found,) = chosen(targets(target(), before=BEFORE))

    assert (found.settings.instance, found.settings.credential.type) == ("ours", "client-secret")
    assert (found.settings.limits.maxDeletes, found.mode) == (10, "apply")
    assert [rule.path for rule in found.settings.ignore] == ["description"]
    assert not found.scope.galleries


def test_flags_and_variables_win_over_a_target_but_whether_it_deletes_is_its_own() -> None:
    environment = {
        "RECONCILER_CLOUD": "emulator",
        "RECONCILER_PRUNE": "on",
        "RECONCILER_LIMITS_MAX_DELETES": "7",
        "RECONCILER_CREDENTIAL_TYPE": "environment",
    }

    (found,) = chosen(targets(FULL.replace("prune: on", "prune: off")), ".", {"instance": "flag"}, **environment)

    assert (found.settings.cloud, found.settings.instance) == ("emulator", "flag")
    assert found.settings.limits.maxDeletes == 7
    assert found.settings.credential.type == "environment"
    assert found.settings.prune == "off"


BAD = [
    (target(prune=""), "targets[0].prune", "required-field", "2:5", "off, confirm or on"),
    (target(prune="prune: maybe"), "targets[0].prune", "unknown-value", "4:5", "'confirm'"),
    (target("mode: dry"), "targets[0].mode", "unknown-value", "5:5", "'plan' or 'apply'"),
    (target("mdoe: plan"), "targets[0].mdoe", "unknown-key", "5:5", "“mode”"),
    (target("scope: {galeries: [a]}"), "targets[0].scope.galeries", "unknown-key", "5:13", "“galleries”"),
    (target("scope: {kinds: [Image]}"), "targets[0].scope.kinds[0]", "unknown-value", "5:21", "'ImageVersion'"),
    (target("scope: {regions: []}"), "targets[0].scope.regions", "bad-setting", "5:13", "not limited"),
    (target("scope: {regions: westeurope}"), "targets[0].scope.regions", "wrong-type", "5:13", "start each entry"),
    (target("scope: {regions: [west/eu]}"), "targets[0].scope.regions[0]", "bad-setting", "5:23", "West Europe"),
    (target("scope: {subscriptions: [prod]}"), "targets[0].scope.subscriptions[0]", "bad-setting", "5:29", "GUID"),
    (target("scope: {resourceGroups: [a/b]}"), "targets[0].scope.resourceGroups[0]", "bad-setting", "5:30", "letters"),
    (target("scope: {galleries: [a-b]}"), "targets[0].scope.galleries[0]", "bad-setting", "5:25", "gallery"),
    (target("scope: all"), "targets[0].scope", "wrong-type", "5:5", "galleries"),
    (target("limits: {maxDeletes: -1}"), "targets[0].limits.maxDeletes", "bad-setting", "5:14", "reconciler settings"),
    (target("ownership: mine"), "targets[0].ownership", "unknown-value", "5:5", "'tag'"),
    (target("updatableFields: all"), "targets[0].updatableFields", "unknown-value", "5:5", "'documented'"),
    (target("instance: Prod"), "targets[0].instance", "bad-setting", "5:5", "a–z"),
    (target("cloud: azure"), "targets[0].cloud", "unknown-value", "5:5", "AzureChinaCloud"),
    (target("cloud: custom"), "targets[0].cloud", "bad-setting", "5:5", "endpoint"),
    (target("credential: {clientSecret: x}"), "targets[0].credential.clientSecret", "unknown-key", "5:18", "AZURE_CLI"),
    (target("ignore: [{path: tags.a}]"), "targets[0].ignore[0].reason", "required-field", "5:14", "say why"),
    (target(name="a b"), "targets[0].name", "bad-setting", "2:5", "1–63"),
    (target(path="''"), "targets[0].source.path", "bad-setting", "3:14", "folder"),
    ("  - just text", "targets[0]", "wrong-type", "2:5", "name, source, scope"),
]


@pytest.mark.parametrize(("text", "path", "code", "place", "hint"), BAD, ids=[case[1] + case[2] for case in BAD])
def test_a_mistake_in_a_target_is_reported_where_it_was_made(
    text: str, path: str, code: str, place: str, hint: str
) -> None:
    result = layered(targets(text))

    assert [(one.path, one.code, one.origin) for one in result.problems] == [(path, code, f"reconciler.yaml:{place}")]
    assert hint in result.problems[0].hint


def test_all_mistakes_of_all_targets_are_reported_at_once() -> None:
    result = layered(targets(target(prune=""), target("mode: dry", name="two"), target("mdoe: plan", name="three")))

    assert len(result.problems) == 3


def test_two_targets_of_one_name_are_a_mistake_that_names_both_places() -> None:
    (problem,) = layered(targets(target(name="one"), target(name="ONE"))).problems

    assert (problem.code, problem.origin) == ("duplicate-entry", "reconciler.yaml:5:5")
    assert "reconciler.yaml:2:5" in problem.message


@pytest.mark.parametrize("name", ["RECONCILER_TARGETS", "RECONCILER_IGNORE"])
def test_lists_of_blocks_have_no_variable_and_say_so(name: str) -> None:
    (problem,) = layered("", {name: "x"}).problems
    assert problem.origin == f"environment {name}"
    assert "settings file" in problem.hint


def test_the_kinds_that_a_scope_may_name_are_the_kinds_there_are() -> None:
    assert set(get_args(KindName)) == {str(kind) for kind in Kind}
