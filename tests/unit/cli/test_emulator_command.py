"""`reconciler emulator` as people run it: served, seeded, found by other clients, and clear about mistakes."""

from __future__ import annotations

import re
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import requests

from tests.support.commands import PROGRAM, ROOT, clean_environment
from tests.support.foreign import served

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


PERSON = "object_id: 6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e6f"
MISTAKES = {
    "state": "state: here\n",
    "name": "authorize: true\n",
    "twice": "page_size: 1\npage_size: 2\n",
    "durations": "durations: {version_create: -1}\n",
    "status": "doubts: {concurrent_status: 999}\n",
    "guid": "subscriptions: [abc]\n",
    "person": "directory: [{object_id: x}]\n",
    "role": f"directory: [{{{PERSON}, roles: [Foo]}}]\n",
    "region": "denied_locations: [mars]\n",
    "rate": "rates: {Nope: [1, 2]}\n",
    "pattern": "faults: [{effect: drop}, {effect: drop, path: (}]\n",
    "policy": "faults: [{effect: throttle, policy: Nope}]\n",
    "field": "faults: [{efect: drop}]\n",
}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--host", "0.0.0.0"), "tokens would travel in plain text"),
        (("--host", "http://127.0.0.1"), "name a host"),
        (("--host", "no.such.host.invalid", "--tls"), "name a host"),
        (("--state", ""), "is no file"),
        (("--state", "."), "is no file"),
        (("--time-scale", "inf"), "time_scale must lie between"),
        (("--config", "name.yaml"), "authorize: there is no such setting; did you mean authorization?"),
        (("--config", "twice.yaml"), "twice.yaml:2:1: page_size is said twice"),
        (("--config", "durations.yaml"), "durations: version_create must not be below zero"),
        (("--config", "status.yaml"), "doubts: concurrent_status must lie between 400 and 599"),
        (("--config", "guid.yaml"), "“abc” must be a GUID"),
        (("--config", "person.yaml"), "directory.0: object_id must be a GUID"),
        (("--config", "role.yaml"), "directory.0.roles: Foo: no such role"),
        (("--config", "region.yaml"), "denied_locations: mars: no such region"),
        (("--config", "rate.yaml"), "rates: Nope: no such policy"),
        (("--config", "pattern.yaml"), "faults.1: missing ), unterminated"),
        (("--config", "policy.yaml"), "faults.0: policy “Nope” is none"),
        (("--config", "field.yaml"), "faults.0.efect: there is no such setting; did you mean effect?"),
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
    for name, text in MISTAKES.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
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
    assert "operator, reader" in nobody.stderr


def test_what_is_seeded_lies_in_the_subscription_that_a_sign_in_finds(tmp_path: Path) -> None:
    found = "11111111-0000-0000-0000-000000000001"
    (tmp_path / "emulator.yaml").write_text(f"default_subscription: {found}\n", encoding="utf-8")
    done = run(tmp_path, "seed", "--config", "emulator.yaml", "--galleries", "1")
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(tmp_path / ".reconciler" / "emulator.sqlite")) as state:
        ids = [row[0] for row in state.execute("SELECT id FROM resources")]
    assert [one.split("/")[2] for one in ids] == [found]


def test_the_printed_settings_are_a_file_that_changes_nothing(tmp_path: Path) -> None:
    from reconciler.emulator.settings import EmulatorSettings
    from reconciler.emulator.settings_file import settings_from

    done = run(tmp_path, "settings")
    file = tmp_path / "all.yaml"
    file.write_text(done.stdout, encoding="utf-8")
    state = tmp_path / "state.db"
    assert settings_from(file, state, {}) == EmulatorSettings(state=state)
    assert 'groups: "any"  # any | known' in done.stdout


def test_without_an_emulator_the_shell_is_left_with_no_sign_in_at_all(tmp_path: Path) -> None:
    done = run(tmp_path, "env", "az")
    assert done.returncode == 64
    shell = subprocess.run(
        ["sh", "-c", f"{done.stdout}\necho $?; echo $AZURE_CONFIG_DIR"], capture_output=True, text=True, check=True
    )
    status, folder = shell.stdout.split()
    assert (status, Path(folder).exists()) == ("1", False)


def test_one_client_after_another_in_one_shell_leaves_nothing_over(tmp_path: Path) -> None:
    with served(tmp_path) as emulator:
        command = f"{sys.executable} -m reconciler emulator env"
        state = f"--state {emulator.state}"
        script = (
            f'eval "$({command} sdk {state})"; eval "$({command} sdk --certificate --as reader {state})"; env -0; echo;'
            f'eval "$({command} az {state})"; echo "$RECONCILER_CLOUD/$AZURE_CONFIG_DIR";'
            f'eval "$({command} az --as reader {state})"; echo "$AZURE_CONFIG_DIR"'
        )
        environment = {**clean_environment(), "PYTHONPATH": str(ROOT)}
        done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, env=environment)
    variables, _, rest = done.stdout.rpartition("\0")
    names = {line.partition("=")[0] for line in variables.split("\0")}
    assert "AZURE_CLIENT_CERTIFICATE_PATH" in names
    assert "AZURE_CLIENT_SECRET" not in names
    first, second = rest.split()
    assert first.startswith("/"), "RECONCILER_CLOUD is gone"
    assert first[1:] != second, "each person has a folder"


def test_after_any_client_another_one_finds_nothing_of_it(tmp_path: Path) -> None:
    clients = ("az", "sdk", "terraform", "ansible", "curl")
    with served(tmp_path) as emulator:
        told = {client: run(tmp_path, "env", client, "--state", str(emulator.state)).stdout for client in clients}
    unset = {client: set(text.splitlines()[0].split()[1:]) for client, text in told.items()}
    exported = {client: set(re.findall(r"^export (\w+)=", text, re.MULTILINE)) for client, text in told.items()}
    for client in clients:
        assert set.union(*exported.values()) <= unset[client] | exported[client], client


def test_applications_of_the_settings_have_exports_of_their_own(tmp_path: Path) -> None:
    config = tmp_path / "emulator.yaml"
    app = "6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e71"
    config.write_text(f"directory: [{{{PERSON}, name: builder, app_id: {app}, secret: open}}]\n", encoding="utf-8")
    with served(tmp_path, "--config", str(config)) as emulator:
        exports = emulator.exports("sdk", "--as", "builder")
        assert (exports["AZURE_CLIENT_ID"], exports["AZURE_CLIENT_SECRET"]) == (app, "open")
        assert _token(exports).count(".") == 2
        curl = emulator.exports("curl")
        assert (curl["EMULATOR_URL"], curl["EMULATOR_TOKEN"].count(".")) == (emulator.base_url, 2)


def test_an_emulator_that_listens_everywhere_is_reached_by_name(tmp_path: Path) -> None:
    with served(tmp_path, "--host", "0.0.0.0") as emulator:
        exports = emulator.exports("sdk")
        assert emulator.base_url.startswith("https://127.0.0.1:")
        for name in ("127.0.0.1", "localhost"):
            url = f"{emulator.base_url.replace('127.0.0.1', name)}/metadata/endpoints?api-version=2022-09-01"
            answer = requests.get(url, verify=exports["REQUESTS_CA_BUNDLE"], timeout=10)
            assert answer.json()["resourceManager"] == url.rpartition("/metadata")[0]
        hosted = certified_names(Path(exports["REQUESTS_CA_BUNDLE"]).with_name("server.pem"))
        assert socket.gethostname() in hosted
    busy = tmp_path / "emulator.sqlite"
    with served(tmp_path, tls=False):
        done = run(tmp_path, "--state", str(busy))
        assert (done.returncode, "It is process " in done.stderr) == (6, True)


def certified_names(file: Path) -> list[str]:
    from cryptography import x509

    made = x509.load_pem_x509_certificate(file.read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return names.get_values_for_type(x509.DNSName)


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
