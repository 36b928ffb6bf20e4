"""Certificates: a CA made at the first start, a server certificate signed by it, and one to sign in with.

They lie in a folder beside the state file, for its owner only, so that clients can be pointed at the CA and go on
trusting it over restarts. The server's is renewed when it nears its end or must carry another name.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.hazmat.primitives.asymmetric.types import (
        CertificateIssuerPrivateKeyTypes,
        CertificatePublicKeyTypes,
        PrivateKeyTypes,
    )
    from cryptography.x509 import Certificate, ExtensionType, GeneralName, Name

_NAMES = ("localhost", "127.0.0.1", "::1")
_ANY = ("0.0.0.0", "::")  # noqa: S104 - no name that a client could ask for
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.\-]{0,251}[A-Za-z0-9])?", re.ASCII)
_LONG, _SHORT, _RENEWED = timedelta(days=3_650), timedelta(days=397), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Papers:
    """Where the PEM files are: the CA for clients to trust, the server's pair, the pair to sign in with."""

    authority: Path
    certificate: Path
    key: Path
    client: Path


def folder_of(state: Path) -> Path:
    """Name the folder of certificates of a state file."""
    return state.with_name(f"{state.name}.tls")


def papers_of(state: Path) -> Papers:
    """Name the files, whether they are there or not; `client` holds key and certificate in one."""
    folder = folder_of(state)
    return Papers(folder / "ca.pem", folder / "server.pem", folder / "server.key", folder / "client.pem")


def issue(state: Path, host: str, now: datetime) -> Papers:
    """Make what is missing, or near its end, or lacks the name of the host."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    papers = papers_of(state)
    papers.authority.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key_file = papers.authority.with_suffix(".key")
    if not (papers.authority.exists() and key_file.exists()):
        _make_authority(papers.authority, key_file, now)
    authority = x509.load_pem_x509_certificate(papers.authority.read_bytes())
    key = load_pem_private_key(key_file.read_bytes(), None)
    here = socket.gethostname()
    names = tuple(dict.fromkeys((*_NAMES, *([here] if _named(here) else []), *([] if host in _ANY else [host]))))
    if not _current(papers, authority, names, now):
        _make_server(papers, authority, key, names, now)  # type: ignore[arg-type]  # we made it: an elliptic curve key
    if not papers.client.exists():
        _make_client(papers.client, now)
    return papers


def client_certificate(papers: Papers) -> str:
    """Read the certificate to sign in with, without its key."""
    text = papers.client.read_text()
    return text[text.index("-----BEGIN CERTIFICATE-----") :]


def _current(papers: Papers, authority: Certificate, names: Sequence[str], now: datetime) -> bool:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if not (papers.certificate.exists() and papers.key.exists()):
        return False
    made = x509.load_pem_x509_certificate(papers.certificate.read_bytes())
    if made.public_key() != load_pem_private_key(papers.key.read_bytes(), None).public_key():
        return False  # a kill came between the two files
    held = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    known = {str(name) for name in (*held.get_values_for_type(x509.DNSName), *held.get_values_for_type(x509.IPAddress))}
    return made.issuer == authority.subject and now < made.not_valid_after_utc - _RENEWED and set(names) <= known


def _make_authority(certificate: Path, key_file: Path, now: datetime) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Azure emulator CA")
    usage = _usage(signs_certificates=True)
    extensions: list[tuple[ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (usage, True),
    ]
    made = _signed(name, name, key.public_key(), key, now, _LONG, extensions)
    _keep(key_file, _pem_of_key(key))
    _keep(certificate, _pem(made))


def _make_server(
    papers: Papers,
    authority: Certificate,
    signer: CertificateIssuerPrivateKeyTypes,
    names: Sequence[str],
    now: datetime,
) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    extensions: list[tuple[ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(signs_certificates=False), True),
        (x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectAlternativeName([_alternative(name) for name in names]), False),
    ]
    made = _signed(_name("Azure emulator"), authority.subject, key.public_key(), signer, now, _SHORT, extensions)
    _keep(papers.key, _pem_of_key(key))
    _keep(papers.certificate, _pem(made))


def _make_client(target: Path, now: datetime) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65_537, 2_048)
    name = _name("Azure emulator application")
    made = _signed(name, name, key.public_key(), key, now, _LONG, [])
    _keep(target, _pem_of_key(key) + _pem(made))


def _signed(
    subject: Name,
    issuer: Name,
    public: CertificatePublicKeyTypes,
    signer: CertificateIssuerPrivateKeyTypes,
    now: datetime,
    lasting: timedelta,
    extensions: Sequence[tuple[ExtensionType, bool]],
) -> Certificate:
    """Sign; strict clients want both key identifiers in everything."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + lasting)
    identifiers: list[tuple[ExtensionType, bool]] = [
        (x509.SubjectKeyIdentifier.from_public_key(public), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False),
    ]
    for extension, critical in (*extensions, *identifiers):
        builder = builder.add_extension(extension, critical)
    return builder.sign(signer, hashes.SHA256())


def _usage(*, signs_certificates: bool) -> ExtensionType:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> Name:
    from cryptography import x509

    return x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, common)])


def _named(host: str) -> bool:
    """Tell whether a certificate may carry a name."""
    return _HOST.fullmatch(host) is not None


def _alternative(name: str) -> GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def _pem_of_key(key: PrivateKeyTypes) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _keep(target: Path, content: bytes) -> None:
    """Write in one step and for the owner only."""
    beside = target.with_name(f"{target.name}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    beside.replace(target)
