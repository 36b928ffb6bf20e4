"""Settings of one run and where each of them came from: flags over environment over `reconciler.yaml` over defaults.

Apart from manifests because they say how we work and manifests say what shall be. Every value keeps its origin, and
every mistake is collected, so that `reconciler settings` can show both. Secrets have no field here, on purpose.
"""

from __future__ import annotations

from reconciler.settings.blocks import CredentialSettings, IgnoreSettings, ScopeSettings, TargetScope, TargetSettings
from reconciler.settings.chosen import HERE, STREAM, ChosenTarget, chosen_targets, other_targets
from reconciler.settings.layers import Layered, layer
from reconciler.settings.problems import DEFAULT, SettingProblem
from reconciler.settings.whole import FILE_ONLY, PATHS, VARIABLES, Settings

__all__ = [
    "DEFAULT",
    "FILE_ONLY",
    "HERE",
    "PATHS",
    "STREAM",
    "VARIABLES",
    "ChosenTarget",
    "CredentialSettings",
    "IgnoreSettings",
    "Layered",
    "ScopeSettings",
    "SettingProblem",
    "Settings",
    "TargetScope",
    "TargetSettings",
    "chosen_targets",
    "layer",
    "other_targets",
]
