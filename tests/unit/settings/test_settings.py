"""Which layer counts, where each value came from, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.manifest.settings_file import read_settings
from reconciler.manifest.text import ManifestText
from reconciler.settings import FILE_ONLY, PATHS, VARIABLES, Layered, Settings, layer

GUID = "00000000-0000-0000-0000-000000000001"


def layered(file: str = "", environment: dict[str, str] | None = None, flags: dict[str, Any] | None = None) -> Layered:
    values, origins, diagnostics = read_settings(ManifestText("reconciler.yaml", file.encode()))
    assert not diagnostics
    return layer(values, environment or {}, flags or {}, origins)


def test_without_anything_the_defaults_count() -> None:
    result = layered()
    assert result.settings == Settings()
    assert set(result.origins.values()) == {"default"}
    assert not result.problems


def test_flags_win_over_the_environment_over_the_file() -> None:
    file = "instance: file\nprune: off\nworkers: 3\n"
    environment = {"RECONCILER_INSTANCE": "env", "RECONCILER_PRUNE": "on", "PATH": "/bin"}
    result = layered(file, environment, {"instance": "flag", "workers": None})
    assert (result.settings.instance, result.settings.prune, result.settings.workers) == ("flag", "on", 3)
    assert result.origins["instance"] == "flag --instance"
    assert result.origins["prune"] == "environment RECONCILER_PRUNE"
    assert result.origins["workers"] == "reconciler.yaml:3:1"
    assert result.origins["cloud"] == "default"


def test_words_that_yaml_would_take_for_truth_stay_words() -> None:
    assert layered("prune: off\n").settings.prune == "off"
    assert layered("prune: on\ninstance: 0123\n").settings.instance == "0123"


def test_every_setting_can_be_said_in_every_layer() -> None:
    assert set(VARIABLES.values()) == set(PATHS) - FILE_ONLY
    assert VARIABLES["RECONCILER_LIMITS_MAX_DELETE_PERCENT"] == "limits.maxDeletePercent"
    assert layered(environment={"RECONCILER_LIMITS_MAX_DELETES": "4"}).settings.limits.maxDeletes == 4
    assert layered(flags={"limits.maxDeletes": 5}).settings.limits.maxDeletes == 5
    assert layered(flags={"limits": {"maxDeletes": 6}}).settings.limits.maxDeletes == 6
    assert layered("limits: {maxDeletes: 7}\n").origins["limits.maxDeletes"] == "reconciler.yaml:1:10"


def test_blocks_merge_over_the_layers() -> None:
    result = layered(
        f"credential: {{type: client-secret, tenantId: {GUID}}}\n", {"RECONCILER_CREDENTIAL_CLIENT_ID": "x"}
    )
    credential = result.settings.credential
    assert (credential.type, credential.tenantId, credential.clientId) == ("client-secret", GUID, "x")


def test_variables_that_merely_share_the_prefix_are_not_settings() -> None:
    kubernetes = {
        "RECONCILER_SERVICE_HOST": "10.0.0.1",
        "RECONCILER_PORT": "tcp://10.0.0.1:80",
        "RECONCILER_DEBUG": "1",
    }
    more = {"RECONCILER_PORT_8080_TCP_ADDR": "x", "RECONCILER_SERVICE_PORT_HTTP": "80", "RECONCILER_NO_SKIPS": "1"}
    assert not layered(environment=kubernetes | more).problems


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("RECONCILER_INSTNACE", "RECONCILER_INSTANCE"),
        ("RECONCILER_RESOURCEGROUP", "RECONCILER_RESOURCE_GROUP"),
        ("RECONCILER_MAX_DELETES", "RECONCILER_LIMITS_MAX_DELETES"),
        ("RECONCILER_CREDENTIAL_CLIENT_SECRET", "AZURE_CLIENT_SECRET"),
    ],
)
def test_a_misspelt_variable_is_a_mistake(name: str, hint: str) -> None:
    (problem,) = layered(environment={name: "s3cr3t"}).problems
    assert problem.origin == f"environment {name}"
    assert hint in problem.hint
    assert "s3cr3t" not in str(problem)


def test_an_empty_variable_says_nothing() -> None:
    assert layered("instance: file\n", {"RECONCILER_INSTANCE": ""}).settings.instance == "file"


def test_scopes_are_read_from_file_and_environment() -> None:
    for result in (
        layered(f"scopes:\n  - {{subscription: {GUID}, resourceGroup: rg}}\n"),
        layered(environment={"RECONCILER_SCOPES": f"{GUID}/rg"}),
    ):
        assert [(scope.subscription, scope.resourceGroup) for scope in result.settings.scopes] == [(GUID, "rg")]


BAD = [
    ("instnace: x", "instnace", "unknown-key", "reconciler.yaml:1:1", "did you mean “instance”"),
    ("limits:\n  maxDelete: 1", "limits.maxDelete", "unknown-key", "reconciler.yaml:2:3", "limits.maxDeletes"),
    (
        "credential: {clientSecret: x}",
        "credential.clientSecret",
        "unknown-key",
        "reconciler.yaml:1:14",
        "AZURE_CLIENT_SECRET",
    ),
    ("instance: Prod", "instance", "bad-setting", "reconciler.yaml:1:1", "a–z"),
    ("instance: a:b", "instance", "bad-setting", "reconciler.yaml:1:1", "a–z"),
    (f"instance: {'a' * 64}", "instance", "bad-setting", "reconciler.yaml:1:1", "1–63"),
    ("prune: maybe", "prune", "unknown-value", "reconciler.yaml:1:1", "'confirm'"),
    ("ownership: mine", "ownership", "unknown-value", "reconciler.yaml:1:1", "'tag'"),
    ("cloud: azure", "cloud", "unknown-value", "reconciler.yaml:1:1", "AzureChinaCloud"),
    ("cloud: custom", "cloud", "bad-setting", "reconciler.yaml:1:1", "endpoint"),
    ("endpoint: example.com", "endpoint", "bad-setting", "reconciler.yaml:1:1", "https://"),
    ("subscription: prod", "subscription", "bad-setting", "reconciler.yaml:1:1", "GUID"),
    ("resourceGroup: a/b", "resourceGroup", "bad-setting", "reconciler.yaml:1:1", "letters"),
    (
        "scopes: [{subscription: x, resourceGroup: y}]",
        "scopes[0].subscription",
        "bad-setting",
        "reconciler.yaml:1:11",
        "GUID",
    ),
    ("planCredential: {type: password}", "planCredential.type", "unknown-value", "reconciler.yaml:1:18", "'cli'"),
    ("ignore: {path: a}", "ignore", "wrong-type", "reconciler.yaml:1:1", "start each entry"),
    ("ignore: [{path: tags.a}]", "ignore[0].reason", "required-field", "reconciler.yaml:1:10", "say why"),
    ("ignore: [{path: tags.a, reason: ' '}]", "ignore[0].reason", "bad-setting", "reconciler.yaml:1:25", "say in"),
    ("ignore: [{path: 'a[', reason: b}]", "ignore[0].path", "bad-setting", "reconciler.yaml:1:11", "tags.owner"),
    (
        "ignore: [{path: a, reason: b, kind: Image}]",
        "ignore[0].kind",
        "unknown-value",
        "reconciler.yaml:1:31",
        "'ImageVersion'",
    ),
    (
        "ignore: [{path: a, raeson: b, reason: c}]",
        "ignore[0].raeson",
        "unknown-key",
        "reconciler.yaml:1:20",
        "“reason”",
    ),
    ("target: production", "target", "wrong-type", "reconciler.yaml:1:1", "start each entry"),
    ("workers: 0", "workers", "bad-setting", "reconciler.yaml:1:1", "reconciler settings"),
    ("timeout: fast", "timeout", "bad-setting", "reconciler.yaml:1:1", "reconciler settings"),
    ("emulator: {timeScale: .inf}", "emulator.timeScale", "bad-setting", "reconciler.yaml:1:12", "reconciler settings"),
    ("apiVersion: latest", "apiVersion", "bad-setting", "reconciler.yaml:1:1", "2026-03-03"),
    ("limits: 5", "limits", "wrong-type", "reconciler.yaml:1:1", "maxDeletes"),
]


@pytest.mark.parametrize(("file", "path", "code", "origin", "hint"), BAD, ids=[case[0][:30] for case in BAD])
def test_a_mistake_is_reported_where_it_was_made(file: str, path: str, code: str, origin: str, hint: str) -> None:
    result = layered(f"{file}\n")
    assert [(one.path, one.code, one.origin) for one in result.problems] == [(path, code, origin)]
    assert hint in result.problems[0].hint
    assert result.settings == Settings()


def test_all_mistakes_of_all_layers_are_reported_at_once() -> None:
    result = layered("prune: maybe\n", {"RECONCILER_INSTNACE": "x", "RECONCILER_WORKERS": "no"}, {"cloude": "x"})
    assert {(one.origin, one.code) for one in result.problems} == {
        ("reconciler.yaml:1:1", "unknown-value"),
        ("environment RECONCILER_INSTNACE", "unknown-key"),
        ("environment RECONCILER_WORKERS", "bad-setting"),
        ("flag --cloude", "unknown-key"),
    }


def test_a_mistake_in_a_flag_names_the_flag() -> None:
    problems = layered(flags={"subscription": "x", "resourceGroup": "a/b", "limits": {"maxDeletes": -1}}).problems
    assert {problem.path: problem.origin for problem in problems} == {
        "subscription": "flag --subscription",
        "resourceGroup": "flag --resource-group",
        "limits.maxDeletes": "flag --max-deletes",
    }


def test_a_secret_in_the_file_is_not_repeated() -> None:
    (problem,) = layered("credential: {clientSecret: s3cr3t}\n").problems
    assert "s3cr3t" not in str(problem)


def test_a_custom_cloud_needs_its_addresses() -> None:
    addresses = "endpoint: https://arm.local\naudience: https://arm.local\nauthority: https://login.local\n"
    assert not layered(f"cloud: custom\n{addresses}").problems


def test_the_settings_file_has_the_same_guards_as_manifests() -> None:
    def codes(data: bytes) -> list[str]:
        return [found.code for found in read_settings(ManifestText("reconciler.yaml", data)).diagnostics]

    assert codes(b"a: &a x\nb: {<<: *a}\n") == ["merge-key"]
    assert codes(b"a: 1\na: 2\n") == ["duplicate-key"]
    assert codes(b"[" * 200_000) == ["too-deep"]
    assert codes(b"- a\n") == ["bad-document"]
    assert codes(b"a: b\n---\nc: d\n") == ["bad-document"]
    assert codes(b"\xff\xfe") == ["not-utf8"]
    assert codes(b"") == []
