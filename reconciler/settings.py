"""Settings of one run and where each of them came from: flags over environment over `reconciler.yaml` over defaults.

Apart from manifests because they say how we work and manifests say what shall be. Every value keeps its origin, and
every mistake is collected, so that `reconciler settings` can show both. Secrets have no field here, on purpose.
"""

# ruff: noqa: N815 - settings carry the names people write
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

PREFIX: Final = "RECONCILER_"
INSTANCE: Final = re.compile(r"[a-z0-9-]{1,63}")
GUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
GROUP: Final = re.compile(r"[\w().-]{0,89}[\w()-]")
API_VERSION: Final = re.compile(r"20\d\d-\d\d-\d\d(-preview)?")
ADDRESS: Final = re.compile(r"https?://[^\s/]+\S*")
SECRET: Final = "a secret is never a setting: it comes from the environment variable AZURE_CLIENT_SECRET alone"  # noqa: S105 - it says there is none
DEFAULT: Final = "default"
LONGEST_WORD: Final = 64

Cloud = Literal["AzureCloud", "AzureChinaCloud", "AzureUSGovernment", "custom", "emulator"]
CredentialType = Literal[
    "default", "managed-identity", "workload-identity", "cli", "environment", "client-secret", "client-certificate"
]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class CredentialSettings(_Block):
    """How a token is had."""

    type: CredentialType = "default"
    tenantId: str | None = None
    clientId: str | None = None
    certificatePath: str | None = None


class ScopeSettings(_Block):
    """One resource group in which we look for what is no longer declared."""

    subscription: str
    resourceGroup: str

    @field_validator("subscription")
    @classmethod
    def _subscription(cls, value: str) -> str:
        return _matching(GUID, value, "a subscription id is a GUID")

    @field_validator("resourceGroup")
    @classmethod
    def _group(cls, value: str) -> str:
        return _matching(GROUP, value, "a resource group is 1–90 letters, digits, “_”, “-”, “.”, “(” and “)”")


class LimitSettings(_Block):
    """How much one run may delete without being told so, and how much there may be in a region (facts 6/1–6/4)."""

    maxDeletes: int = Field(default=10, ge=0)
    maxDeletePercent: int = Field(default=30, ge=0, le=100)
    galleries: int = Field(default=100, ge=1)
    definitions: int = Field(default=1000, ge=1)
    versions: int = Field(default=10_000, ge=1)
    replicas: int = Field(default=100, ge=1, le=100)


class EmulatorSettings(_Block):
    """The embedded emulator: how many real seconds one of its seconds takes, and where its state file is."""

    timeScale: float = Field(default=0.01, ge=0, allow_inf_nan=False)
    state: str | None = None


class Settings(_Block):
    """Everything a run can be told outside manifests. `timeout` is one request's, in seconds."""

    instance: str | None = None
    ownership: Literal["tag", "none"] = "tag"
    cloud: Cloud = "AzureCloud"
    endpoint: str | None = None
    audience: str | None = None
    authority: str | None = None
    apiVersion: str = "2026-03-03"
    credential: CredentialSettings = CredentialSettings()
    subscription: str | None = None
    resourceGroup: str | None = None
    scopes: tuple[ScopeSettings, ...] = ()
    prune: Literal["off", "confirm", "on"] = "confirm"
    updatableFields: Literal["documented", "accepted"] = "accepted"
    limits: LimitSettings = LimitSettings()
    stateDir: str = ".reconciler"
    emulator: EmulatorSettings = EmulatorSettings()
    timeout: float = Field(default=60, gt=0, le=3600)
    workers: int = Field(default=16, ge=1, le=64)

    @field_validator("instance")
    @classmethod
    def _instance(cls, value: str | None) -> str | None:
        return value and _matching(INSTANCE, value, "an instance is 1–63 of a–z, 0–9 and “-”")

    @field_validator("subscription")
    @classmethod
    def _subscription(cls, value: str | None) -> str | None:
        return value and _matching(GUID, value, "a subscription id is a GUID")

    @field_validator("resourceGroup")
    @classmethod
    def _group(cls, value: str | None) -> str | None:
        return value and _matching(GROUP, value, "1–90 letters, digits, “_”, “-”, “.”, “(” and “)”")

    @field_validator("apiVersion")
    @classmethod
    def _api_version(cls, value: str) -> str:
        return _matching(API_VERSION, value, "an api-version is a date such as 2026-03-03")

    @field_validator("endpoint", "audience", "authority")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        return value and _matching(ADDRESS, value, "an address starts with https://")

    @model_validator(mode="after")
    def _custom_cloud(self) -> Self:
        missing = [name for name in ("endpoint", "audience", "authority") if getattr(self, name) is None]
        if self.cloud == "custom" and missing:
            raise _objection(f"cloud: custom needs {', '.join(missing)} too", f"state {', '.join(missing)}")
        return self


def _matching(pattern: re.Pattern[str], value: str, rule: str) -> str:
    if not pattern.fullmatch(value):
        raise _objection(f"“{value[:LONGEST_WORD]}” cannot be used", rule)
    return value


def _objection(message: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError("bad-setting", "{message}", {"message": message, "hint": hint})


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One mistake: the dotted setting, where it was said, what is wrong and what to do. Always an error."""

    path: str
    origin: str
    code: str
    message: str
    hint: str
    severity: str = "error"

    def __str__(self) -> str:
        return f"{self.origin}: {self.severity} {self.code}: {self.message}\n    hint: {self.hint}"


@dataclass(frozen=True, slots=True)
class Layered:
    """The settings that count, the origin of each by dotted path, and what is wrong."""

    settings: Settings
    origins: Mapping[str, str]
    problems: tuple[SettingProblem, ...] = ()


@dataclass(slots=True)
class _Layers:
    """Values and origins while they are laid over each other, by dotted path."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    problems: list[SettingProblem] = field(default_factory=list)


def layer(
    file: Mapping[str, Any],
    environment: Mapping[str, str],
    flags: Mapping[str, Any],
    places: Mapping[tuple[str | int, ...], object] | None = None,
) -> Layered:
    """Lay flags over RECONCILER_* variables over the file's values over defaults.

    Flags are nested or dotted (`limits.maxDeletes`), None meaning not given; `places` says where the file states what.
    A value that cannot be used is reported and left at its default.
    """
    layers = _Layers()
    for path, value in _flat(file):
        _lay(layers, path, value, _file_origin(path, places or {}))
    for name, value in sorted(environment.items()):
        if name.startswith(PREFIX) and value != "" and _meant(name):
            path = VARIABLES.get(name, name)
            _lay(layers, path, _scopes_text(value) if path == "scopes" else value, f"environment {name}")
    for path, value in _flat(flags):
        if value is not None:
            _lay(layers, path, value, f"flag {_option(path)}")
    settings = _validated(layers)
    origins = {path: layers.origins.get(path, DEFAULT) for path in PATHS}
    return Layered(settings, origins, tuple(layers.problems))


def _meant(name: str) -> bool:
    """Whether a variable is a setting or a misspelt one.

    Others share our prefix: Kubernetes sets RECONCILER_SERVICE_HOST and its kin beside a service called “reconciler”.
    """
    words = [known.removeprefix(PREFIX) for known in VARIABLES]
    return bool(get_close_matches(name.removeprefix(PREFIX)[:LONGEST_WORD], words, n=1, cutoff=0.75))


def _lay(layers: _Layers, path: str, value: Any, origin: str) -> None:
    if path in PATHS:
        layers.values[path] = value
        layers.origins[path] = origin
    elif path in BLOCKS:
        parts = ", ".join(BLOCKS[path].model_fields)
        problem = SettingProblem(path, origin, "wrong-type", f"{path} is not a mapping", f"below it stand {parts}")
        layers.problems.append(problem)
    else:
        word = path.rpartition(".")[2]
        known = VARIABLES if path.startswith(PREFIX) else PATHS
        hint = SECRET if "secret" in word.lower() or "password" in word.lower() else _near(path, known)
        layers.problems.append(SettingProblem(path, origin, "unknown-key", f"“{path}” is not a setting", hint))


def _validated(layers: _Layers) -> Settings:
    """The settings without the values that cannot be used; each of those becomes a problem and is tried no more."""
    while True:
        try:
            return Settings.model_validate(_nested(layers.values))
        except ValidationError as error:
            details = error.errors(include_url=False)
        for detail in details:
            path = _setting_at(detail["loc"])
            layers.problems.append(_problem(path, detail, layers))
            layers.values.pop(path, None)
            layers.origins.pop(path, None)


def _setting_at(location: tuple[str | int, ...]) -> str:
    """The dotted setting an error speaks of; an error of the whole speaks of the cloud."""
    words = [str(part) for part in location]
    for length in range(len(words), 0, -1):
        if ".".join(words[:length]) in PATHS:
            return ".".join(words[:length])
    return "cloud"


def _problem(path: str, detail: Any, layers: _Layers) -> SettingProblem:
    origin = layers.origins.get(path, DEFAULT)
    context = detail.get("ctx") or {}
    if detail["type"] == "bad-setting":
        return SettingProblem(path, origin, "bad-setting", f"{path}: {context['message']}", context["hint"])
    if detail["type"] == "literal_error":
        given = str(layers.values.get(path, ""))
        message = f"{path}: “{given[:LONGEST_WORD]}” is not known"
        return SettingProblem(path, origin, "unknown-value", message, f"one of {context['expected']}")
    hint = "write it as `reconciler settings` shows the default"
    return SettingProblem(path, origin, "bad-setting", f"{path}: {detail['msg'].lower()}", hint)


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested mappings as dotted paths; an unknown block stays one path, so that it is reported once."""
    for key, value in values.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping) and path in BLOCKS:
            yield from _flat(value, f"{path}.")
        elif value is not None or path not in BLOCKS:
            yield path, value


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for path, value in values.items():
        block, _, name = path.rpartition(".")
        (result.setdefault(block, {}) if block else result)[name] = value
    return result


def _scopes_text(text: str) -> list[dict[str, str]]:
    """`SUBSCRIPTION/GROUP,SUBSCRIPTION/GROUP` as scopes."""
    pairs = (entry.strip().partition("/") for entry in text.split(",") if entry.strip())
    return [{"subscription": subscription, "resourceGroup": group} for subscription, _, group in pairs]


def _file_origin(path: str, places: Mapping[tuple[str | int, ...], object]) -> str:
    words = tuple(path.split("."))
    return str(places.get(words, "reconciler.yaml"))


def _near(word: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    folded = {name.lower(): name for name in known}
    near = get_close_matches(word[:LONGEST_WORD].lower(), folded, n=1, cutoff=0.6)
    return f"did you mean “{folded[near[0]]}”?" if near else "`reconciler settings` lists all settings"


def _blocks() -> dict[str, type[BaseModel]]:
    annotations = {name: info.annotation for name, info in Settings.model_fields.items()}
    return {name: kind for name, kind in annotations.items() if isinstance(kind, type) and issubclass(kind, BaseModel)}


def _variable(path: str) -> str:
    """`limits.maxDeletes` is RECONCILER_LIMITS_MAX_DELETES."""
    return PREFIX + re.sub(r"(?<=[a-z])([A-Z])", r"_\1", path).replace(".", "_").upper()


def _option(path: str) -> str:
    """`resourceGroup` is --resource-group."""
    return "--" + re.sub(r"(?<=[a-z])([A-Z])", r"-\1", path.rpartition(".")[2]).lower()


BLOCKS: Final = _blocks()
PATHS: Final = tuple(
    path
    for name in Settings.model_fields
    for path in ([f"{name}.{part}" for part in BLOCKS[name].model_fields] if name in BLOCKS else [name])
)
VARIABLES: Final = {_variable(path): path for path in PATHS}
