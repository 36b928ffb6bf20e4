"""TLS: a CA made once, a server certificate that strict clients accept, and a pair to sign in with."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from cryptography import x509

from reconciler.emulator.serve import attach, start
from reconciler.emulator.settings import EmulatorSettings
from reconciler.emulator.signin import certificates
from tests.emulator.arm import API

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def test_a_strict_client_that_trusts_the_ca_gets_through_and_no_other(tmp_path: Path) -> None:
    with start(EmulatorSettings(state=tmp_path / "state.db", tls=True)) as emulator:
        assert emulator.base_url.startswith("https://127.0.0.1:")
        url = f"{emulator.base_url}/subscriptions?api-version={API}"
        headers = {"Authorization": f"Bearer {emulator.token}"}
        assert requests.get(url, headers=headers, verify=emulator.address.authority, timeout=10).status_code == 200
        named = url.replace("127.0.0.1", "localhost")
        assert requests.get(named, headers=headers, verify=emulator.address.authority, timeout=10).status_code == 200
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(url, headers=headers, timeout=10)
        strict = ssl.create_default_context(cafile=emulator.address.authority)
        strict.verify_flags |= ssl.VERIFY_X509_STRICT
        where = urlsplit(emulator.base_url)
        with (
            socket.create_connection((where.hostname, where.port), timeout=10) as plain,
            strict.wrap_socket(plain, server_hostname="localhost") as secured,
        ):
            assert secured.version() == "TLSv1.3"


def test_addresses_in_answers_speak_tls_too(tmp_path: Path) -> None:
    with start(EmulatorSettings(state=tmp_path / "state.db", tls=True)) as emulator:
        path = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/corp"
        answer = requests.put(
            f"{emulator.base_url}{path}?api-version={API}",
            json={"location": "westeurope"},
            headers={"Authorization": f"Bearer {emulator.token}"},
            verify=emulator.address.authority,
            timeout=10,
        )
        assert answer.headers["Azure-AsyncOperation"].startswith(f"{emulator.base_url}/subscriptions/s/")


def test_a_joiner_finds_and_trusts_a_server_that_speaks_tls(tmp_path: Path) -> None:
    settings = EmulatorSettings(state=tmp_path / "state.db", tls=True)
    with attach(settings) as first, attach(EmulatorSettings(state=settings.state)) as second:
        assert (first.serving, second.serving) == (True, False)
        assert (second.base_url, second.authority) == (first.base_url, first.authority)


def test_the_ca_stays_and_files_are_for_their_owner_only(tmp_path: Path) -> None:
    papers = certificates.issue(tmp_path / "state.db", "127.0.0.1", NOW)
    before = {file.name: file.read_bytes() for file in papers.authority.parent.iterdir()}
    certificates.issue(tmp_path / "state.db", "127.0.0.1", NOW + timedelta(days=1))
    assert {file.name: file.read_bytes() for file in papers.authority.parent.iterdir()} == before
    assert {file.stat().st_mode & 0o777 for file in papers.authority.parent.iterdir()} == {0o600}
    assert papers.authority.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("host", "later"), [("emulator.test", timedelta(0)), ("127.0.0.1", timedelta(days=380))])
def test_the_servers_certificate_is_renewed_for_another_name_and_near_its_end(
    tmp_path: Path, host: str, later: timedelta
) -> None:
    papers = certificates.issue(tmp_path / "state.db", "127.0.0.1", NOW)
    authority, server = papers.authority.read_bytes(), papers.certificate.read_bytes()
    certificates.issue(tmp_path / "state.db", host, NOW + later)
    assert papers.authority.read_bytes() == authority
    renewed = x509.load_pem_x509_certificate(papers.certificate.read_bytes())
    assert papers.certificate.read_bytes() != server
    names = renewed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    shown = [str(name) for name in names.get_values_for_type(x509.DNSName)]
    assert {"localhost", socket.gethostname(), *([host] if host == "emulator.test" else [])} == set(shown)


def test_what_is_shown_of_the_pair_to_sign_in_with_holds_no_key(tmp_path: Path) -> None:
    papers = certificates.issue(tmp_path / "state.db", "127.0.0.1", NOW)
    assert "PRIVATE KEY" in papers.client.read_text()
    assert "PRIVATE KEY" not in certificates.client_certificate(papers)
