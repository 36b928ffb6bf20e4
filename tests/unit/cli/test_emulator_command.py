"""`reconciler emulator` as people run it: served, seeded, found by other clients, and clear about mistakes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import requests

from tests.support.foreign import PROGRAM, ROOT, clean_environment, served

API = "2024-03-03"
GALLERY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/corp"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*PROGRAM, "emulator", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**clean_environment(), "PYTHONPATH": str(ROOT)},
        timeout=60,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_seeding_says_how_much_and_refuses_a_size_that_hangs_in_the_air(tmp_path: Path) -> None:
    done = run(tmp_path, "seed", "--galleries", "1", "--definitions", "2", "--versions", "3")
    assert (done.returncode, done.stderr) == (0, "seeded 9 resources into .reconciler/emulator.sqlite\n")
    assert (tmp_path / ".reconciler" / ".gitignore").read_text() == "*\n"
    done = run(tmp_path, "seed", "--definitions", "2")
    assert (done.returncode, "definitions need galleries" in done.stderr) == (64, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--host", "0.0.0.0"), "would send tokens in plain text"),
        (("--config", "none.yaml"), "none.yaml: No such file"),
        (("--config", "bad.yaml"), "bad.yaml: doubts.omitted: "),
        (("--config", "state.yaml"), "it is chosen with --state"),
        (("--faults", "faults.yaml"), "faults.yaml: fault 2: effect: "),
        (("--faults", "bad.yaml"), "a list of faults was expected"),
        (("--time-scale", "-1"), "--time-scale"),
        (("seed", "--resources", "bad.yaml"), "a list of resources"),
        (("env", "az"), "no emulator serves"),
        (("env", "word"), "word"),
        (("--tsl",), "--tls"),
    ],
)
def test_a_mistake_is_told_in_one_line_and_nothing_is_served(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    (tmp_path / "bad.yaml").write_text("doubts: {omitted: perhaps}\n", encoding="utf-8")
    (tmp_path / "state.yaml").write_text("state: here\n", encoding="utf-8")
    (tmp_path / "faults.yaml").write_text("[{effect: drop}, {effect: earthquake}]\n", encoding="utf-8")
    done = run(tmp_path, *arguments)
    assert done.returncode == 64, done.stderr
    assert words in done.stderr
    assert not (tmp_path / ".reconciler").exists()


def test_settings_and_faults_of_files_are_in_force(tmp_path: Path) -> None:
    (tmp_path / "emulator.yaml").write_text("groups: known\npage_size: 3\n", encoding="utf-8")
    (tmp_path / "faults.yaml").write_text("[{path: /subscriptions/x, status: 502, code: Gone}]\n", encoding="utf-8")
    arguments = ("--config", str(tmp_path / "emulator.yaml"), "--faults", str(tmp_path / "faults.yaml"), "--control")
    with served(tmp_path, *arguments) as emulator:
        exports = emulator.exports("sdk")
        assert exports["RECONCILER_ENDPOINT"] == emulator.base_url
        token = _token(exports)
        headers = {"Authorization": f"Bearer {token}"}

        def get(path: str) -> requests.Response:
            url = f"{emulator.base_url}{path}?api-version={API}"
            return requests.get(url, headers=headers, verify=exports["REQUESTS_CA_BUNDLE"], timeout=10)

        assert get(GALLERY).json()["error"]["code"] == "ResourceGroupNotFound"
        assert get("/subscriptions/x").status_code == 502
        assert get("/_emulator/faults").json()["value"][0]["code"] == "Gone"


def _token(exports: dict[str, str]) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": exports["AZURE_CLIENT_ID"],
        "client_secret": exports["AZURE_CLIENT_SECRET"],
        "scope": f"{exports['RECONCILER_AUDIENCE']}/.default",
    }
    url = f"{exports['AZURE_AUTHORITY_HOST']}/{exports['AZURE_TENANT_ID']}/oauth2/v2.0/token"
    answer = requests.post(url, data=form, verify=exports["REQUESTS_CA_BUNDLE"], timeout=10)
    return str(answer.json()["access_token"])


def test_each_client_gets_the_variables_that_it_documents(tmp_path: Path) -> None:
    with served(tmp_path) as emulator:
        az, terraform, ansible = (emulator.exports(client) for client in ("az", "terraform", "ansible"))
        certified = emulator.exports("sdk", "--certificate", "--as", "reader")
        ansible_certified = run(tmp_path, "env", "ansible", "--certificate", "--state", str(emulator.state))
        nobody = run(tmp_path, "env", "sdk", "--as", "nobody", "--state", str(emulator.state))
    assert az["ARM_CLOUD_METADATA_URL"].startswith(f"{emulator.base_url}/metadata/endpoints")
    assert az["AZURE_CONFIG_DIR"].startswith(str(tmp_path))
    assert terraform["ARM_METADATA_HOSTNAME"] == emulator.base_url.removeprefix("https://")
    assert {"ARM_TENANT_ID", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "ARM_SUBSCRIPTION_ID"} <= terraform.keys()
    assert {"AZURE_TENANT", "AZURE_CLIENT_ID", "AZURE_SECRET", "AZURE_CLOUD_ENVIRONMENT"} <= ansible.keys()
    assert "AZURE_CLIENT_SECRET" not in certified
    assert Path(certified["AZURE_CLIENT_CERTIFICATE_PATH"]).name == "client.pem"
    assert (ansible_certified.returncode, nobody.returncode) == (64, 64)
    assert "operator and reader" in nobody.stderr


def test_a_client_that_needs_tls_is_told_so(tmp_path: Path) -> None:
    with served(tmp_path, tls=False) as emulator:
        done = run(tmp_path, "env", "az", "--state", str(emulator.state))
        assert (done.returncode, "start the emulator with --tls" in done.stderr) == (64, True)
        assert "REQUESTS_CA_BUNDLE" not in emulator.exports("sdk")


def test_this_program_joins_an_emulator_that_speaks_tls(tmp_path: Path) -> None:
    manifest = tmp_path / "gallery.yaml"
    manifest.write_text(
        "apiVersion: gallery-reconciler/v1\nkind: Gallery\n"
        "metadata: {name: corp, subscription: 00000000-0000-0000-0000-000000000001, resourceGroup: rg}\n"
        "spec: {location: westeurope}\n",
        encoding="utf-8",
    )
    with served(tmp_path) as emulator:
        environment = {**clean_environment(), "PYTHONPATH": str(ROOT), "RECONCILER_EMULATOR_STATE": str(emulator.state)}
        done = subprocess.run(
            [*PROGRAM, "apply", str(manifest), "--yes", "--cloud", "emulator", "--instance", "tls"],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=environment,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    assert "1 succeeded" in done.stdout
