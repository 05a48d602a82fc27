"""A certificate authority for loopback, made once a process and thrown away with it."""

import atexit
import os
import shutil
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# What gRPC trusts.
_ROOTS = "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"


@dataclass(frozen=True, slots=True)
class Authority:
    """`ca_path` is what a client trusts; key and certificate are a server's on 127.0.0.1 and localhost. All are PEM."""

    ca_path: Path
    key_path: Path
    certificate_path: Path

    def server_context(self, *protocols: str) -> ssl.SSLContext:
        """What a server shows itself with, speaking these protocols."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate_path, self.key_path)
        if protocols:
            context.set_alpn_protocols(protocols)
        return context


@cache
def authority() -> Authority:
    """The authority that clients of this process are told to trust. Its files are gone when the process ends."""
    return _make("career-coach tests")


@cache
def stranger() -> Authority:
    """An authority that nobody was told to trust."""
    return _make("career-coach stranger")


def _make(common: str) -> Authority:
    ca_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = _name(common)
    root = _builder(ca_name, ca_name, ca_key).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    leaf = _builder(_name("localhost"), ca_name, server_key).add_extension(
        x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))]),
        critical=False,
    )
    folder = Path(tempfile.mkdtemp(prefix="career-coach-ca-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = Authority(folder / "ca.pem", folder / "server.key", folder / "server.pem")
    made.ca_path.write_bytes(_pem(root.sign(ca_key, hashes.SHA256())))
    made.certificate_path.write_bytes(_pem(leaf.sign(ca_key, hashes.SHA256())))
    made.key_path.write_bytes(
        server_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return made


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


@contextmanager
def trusted() -> Iterator[None]:
    """Has gRPC trust the authority: it reads this once, before the first channel over TLS of the process."""
    before = os.environ.get(_ROOTS)
    os.environ[_ROOTS] = str(authority().ca_path)
    yield
    del os.environ[_ROOTS]
    if before is not None:
        os.environ[_ROOTS] = before
