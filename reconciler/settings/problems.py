"""What is wrong with settings, in our words: the setting, the place that said it, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, get_args

from pydantic import BaseModel

from reconciler.settings.whole import PATHS, Settings
from reconciler.settings.words import LONGEST_WORD

SECRET: Final = "a secret is never a setting: it comes from the environment variable AZURE_CLIENT_SECRET alone"  # noqa: S105 - it says there is none
DEFAULT: Final = "default"
SHOWN: Final = "write it as `reconciler settings` shows the default"
LIST: Final = "start each entry with “- ”"

Location = tuple[str | int, ...]
Places = Mapping[Location, object]


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


def dotted(location: Location) -> str:
    """`("targets", 0, "prune")` is targets[0].prune."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def place_of(location: Location, places: Places, otherwise: str) -> str:
    """Where the file says something, or the nearest thing around it."""
    for length in range(len(location), 0, -1):
        if location[:length] in places:
            return str(places[location[:length]])
    return otherwise


def setting_at(location: Location) -> str:
    """The dotted setting an error speaks of; an error of the whole speaks of the cloud."""
    words = [str(part) for part in location]
    for length in range(len(words), 0, -1):
        if ".".join(words[:length]) in PATHS:
            return ".".join(words[:length])
    return "cloud"


def problem_of(detail: Any, origin: str) -> SettingProblem:
    """A validator's finding in our words."""
    location = _location(detail["loc"])
    path, context = dotted(location), detail.get("ctx") or {}
    match detail["type"]:
        case "bad-setting":
            return SettingProblem(path, origin, "bad-setting", f"{path}: {context['message']}", context["hint"])
        case "literal_error":
            message = f"{path}: “{str(detail['input'])[:LONGEST_WORD]}” is not known"
            return SettingProblem(path, origin, "unknown-value", message, f"one of {context['expected']}")
        case "missing":
            return SettingProblem(path, origin, "required-field", f"{path} is missing", _choices(location))
        case "extra_forbidden":
            return unknown(path, origin, _names_beside(location))
        case "tuple_type":
            return SettingProblem(path, origin, "wrong-type", f"{path} is not a list", LIST)
        case "model_type" | "model_attributes_type":
            parts = ", ".join(_names_beside((*location, "")))
            return SettingProblem(path, origin, "wrong-type", f"{path} is not a mapping", f"below it stand {parts}")
        case _:
            return SettingProblem(path, origin, "bad-setting", f"{path}: {detail['msg'].lower()}", SHOWN)


def _location(location: Location) -> Location:
    """An error of the whole speaks of the cloud."""
    return location or ("cloud",)


def unknown(path: str, origin: str, known: Iterable[str]) -> SettingProblem:
    """A key that is no setting, with the one it may mean."""
    word = path.rpartition(".")[2]
    secret = "secret" in word.lower() or "password" in word.lower()
    names = list(known)
    asked = path if path in names or "." not in path or any("." in name for name in names) else word
    return SettingProblem(
        path, origin, "unknown-key", f"“{path}” is not a setting", SECRET if secret else near(asked, names)
    )


def near(word: str, known: Iterable[str]) -> str:
    """The known name that a word may mean, as a hint."""
    folded = {name.lower(): name for name in known}
    found = get_close_matches(word[:LONGEST_WORD].lower(), folded, n=1, cutoff=0.6)
    return f"did you mean “{folded[found[0]]}”?" if found else "`reconciler settings` lists all settings"


def _names_beside(location: Location) -> list[str]:
    """The fields of the block in which something stands."""
    model: Any = Settings
    for part in location[:-1]:
        if isinstance(part, str):
            info = model.model_fields.get(part) if model else None
            model = _model_in(info.annotation) if info else None
    return list(model.model_fields) if model else []


def _choices(location: Location) -> str:
    """What a missing setting may be, where only some words are known."""
    words = {"prune": "state prune: off, confirm or on", "reason": "say why the field is ignored"}
    return words.get(str(location[-1]), f"state {location[-1]}")


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
