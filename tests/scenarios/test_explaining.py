"""explain and schema as people call them: without Azure, without settings, with an exit code that says how it went."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.support.commands import PROGRAM, clean_environment

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments], capture_output=True, text=True, check=False, cwd=ROOT, env=clean_environment()
    )


def test_a_field_a_code_and_a_list_are_printed() -> None:
    field, code, everything = run("explain", "targetRegions"), run("explain", "scopelocked"), run("explain")

    assert (field.returncode, code.returncode, everything.returncode) == (0, 0, 0)
    assert "regionalReplicaCount" in field.stdout
    assert "a delete under a CanNotDelete lock" in code.stdout
    assert "policy.onImmutableChange" in everything.stdout


def test_json_holds_the_rule_of_each_field_and_the_class_of_each_occasion() -> None:
    (entry,) = json.loads(run("explain", "ImageDefinition", "-o", "json").stdout)["explanations"]
    (code,) = json.loads(run("explain", "OperationNotAllowed", "-o", "json").stdout)["explanations"]

    rules = {row["path"]: row["rule"] for row in entry["fields"]}
    assert rules["ImageDefinition.hyperVGeneration"] == "immutable"
    assert {case["class"] for case in code["occasions"]} == {"invalid", "conflict", "quota", "throttled"}


def test_what_cannot_be_explained_exits_as_a_usage_error_with_near_names() -> None:
    unknown = run("explain", "targetRegoins")

    assert unknown.returncode == 64
    assert "did you mean" in unknown.stderr
    assert unknown.stdout == ""


def test_schemas_are_pure_json() -> None:
    assert json.loads(run("schema").stdout)["title"] == "gallery reconciler manifest"
    assert json.loads(run("schema", "settings").stdout)["title"] == "gallery reconciler settings"
    assert run("schema", "plans").returncode == 64


def test_explaining_loads_no_azure_package_and_no_emulator() -> None:
    probe = (
        "import sys\nfrom reconciler.cli import app\n"
        "try: app(['explain', 'ScopeLocked'])\nexcept SystemExit as end: assert not end.code, end.code\n"
        "print([name for name in sys.modules if name.startswith(('azure', 'rich', 'deepdiff', 'reconciler.emulator'))])"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout.rstrip().endswith("[]")
