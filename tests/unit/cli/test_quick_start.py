"""Starting up stays cheap, and the import contracts hold and bite."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
SCRIPTS = Path(sys.executable).parent


def loaded_after(code: str) -> set[str]:
    """The modules a fresh process has loaded after some code."""
    probe = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split("\n"))


def test_validate_imports_no_azure_package() -> None:
    run = (
        "from reconciler.cli import app\n"
        "try: app(['validate', 'manifests/estate'])\n"
        "except SystemExit as end: assert not end.code, end.code"
    )

    loaded = loaded_after(run)

    assert "reconciler.manifest.build" in loaded
    heavy = ("azure", "rich", "structlog", "starlette", "uvicorn", "deepdiff", "apscheduler", "reconciler.emulator")
    assert not [name for name in loaded if name.startswith(heavy)]


def test_a_plan_loads_no_typed_client() -> None:
    loaded = loaded_after("import reconciler.cli.connection, reconciler.reconcile")

    assert not [name for name in loaded if name.startswith(("azure.mgmt.compute", "azure.mgmt.authorization"))]


def test_help_loads_nothing_that_takes_long() -> None:
    loaded = loaded_after("from reconciler.cli import app\ntry: app(['--help'])\nexcept SystemExit: pass")

    heavy = (
        "azure",
        "sqlalchemy",
        "pydantic",
        "yaml",
        "deepdiff",
        "rich",
        "structlog",
        "requests",
        "reconciler.planner",
    )
    assert not [name for name in loaded if name.startswith(heavy)]


def contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPTS / "lint-imports", "--no-cache"], capture_output=True, text=True, check=False, cwd=folder
    )


def test_the_import_contracts_hold_and_a_planted_violation_fails_them(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "reconciler", tmp_path / "reconciler", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert contracts(tmp_path).returncode == 0, contracts(tmp_path).stdout

    for module, line, contract in (
        ("planner/diff.py", "import reconciler.live.reader", "the planner is pure"),
        ("kinds/gallery.py", "import reconciler.kinds.image_version", "kinds know nothing of each other"),
        ("emulator/regions.py", "import reconciler.kinds.rules", "the emulator imports nothing of ours"),
        ("app.py", "import reconciler.emulator.serve", "the emulator is reached only from the command line"),
        ("planner/diff.py", "import reconciler.store.room", "the planner is pure"),
        ("cli/recording.py", "import sqlalchemy", "only the store knows its database"),
        ("manifest/build.py", "import azure.core", "only the gateway and the credential know the Azure SDKs"),
        ("model/plan.py", "import reconciler.planner.build", "imports point downwards"),
    ):
        path = tmp_path / "reconciler" / module
        before = path.read_text(encoding="utf-8")
        path.write_text(f"{before}\n{line}\n", encoding="utf-8")
        done = contracts(tmp_path)
        assert done.returncode == 1, module
        assert f"{contract} BROKEN" in done.stdout, done.stdout
        path.write_text(before, encoding="utf-8")
