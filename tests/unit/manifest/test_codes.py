"""The registry of codes is closed and fully covered: no code without a case, no case without a code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.manifest.codes import CODES, Code, diagnose
from reconciler.model.diagnostic import Origin
from reconciler.settings import layer
from tests.unit.manifest.bad_inputs import BAD_INPUTS
from tests.unit.manifest.bad_manifests import BAD
from tests.unit.source.bad_sources import BAD_SOURCES

FEWEST = 60
ROOT = Path(__file__).parents[3]


def covered() -> set[str]:
    settings = layer({"instance": "Not:Good"}, {}, {}).problems
    found = {bad.code for bad in BAD} | {bad.code for bad in BAD_INPUTS} | {bad.code for bad in BAD_SOURCES}
    return found | {problem.code for problem in settings}


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_bad_example(code: str) -> None:
    assert code in covered()


def test_every_example_has_a_registered_code() -> None:
    assert covered() <= set(CODES)


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.slug)
def test_every_code_has_a_title_and_a_hint_of_one_line(code: Code) -> None:
    for words in (code.title, code.hint):
        assert words
        assert "\n" not in words


def test_every_code_that_kinds_speak_of_is_registered() -> None:
    words = re.compile(r"""(?:PydanticCustomError\(\s*|Problem\(\s*[^"']*?)"([a-z]+(?:-[a-z]+)+)\"""", re.DOTALL)
    spoken = {word for path in (ROOT / "reconciler/kinds").glob("*.py") for word in words.findall(path.read_text())}
    assert len(spoken) > 10
    assert spoken <= set(CODES)


def test_an_unregistered_code_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        diagnose(Origin("a.yaml"), "no-such-code", "x")


def test_reading_manifests_needs_no_azure_sdk() -> None:
    program = (
        "import sys, reconciler.manifest.build, reconciler.manifest.settings_file, reconciler.source.directory, "
        "reconciler.source.stream, reconciler.settings;"
        "heavy = {'azure', 'msal', 'requests', 'pydantic_settings'};"
        "print([name for name in sys.modules if name.split('.')[0] in heavy])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_there_are_enough_bad_manifests() -> None:
    assert len(BAD) >= FEWEST
