"""One gateway for all tests here that need no limits, in front of services of this process."""

import datetime
import ipaddress
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.edge import Edge, running_edge
from tests.support.stack import free_ports

# The site whose pages may call.
JOBS = "https://jobs.example"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def edge(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Edge]:
    """A gateway with TLS beside plain text, for the pages of one site."""
    folder = tmp_path_factory.mktemp("edge")
    issue_certificate(folder)
    settings = {
        "GATEWAY_CORS_ORIGINS": JOBS,
        "GATEWAY_TLS_PORT": free_ports()["GATEWAY_PORT"],
        "GATEWAY_TLS_CERTIFICATE": str(folder / "certificate.pem"),
        "GATEWAY_TLS_KEY": str(folder / "key.pem"),
    }
    async with running_edge(folder, settings) as running:
        yield running


def issue_certificate(folder: Path) -> None:
    """A certificate of this machine's names, signed by its own key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
