"""The certificate of the catalogue: one JSON file in the data folder, written as a whole."""

from pathlib import Path

from reid.evidence.certificate import Certificate, read_json, write_json
from service.store.errors import CertificateOfAnotherRelease

NAME = "certificate.json"


def latest(folder: Path) -> Certificate | None:
    """The certificate of a data folder; None where there is none, BadSettings for a damaged one."""
    path = folder / NAME
    try:
        return read_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise CertificateOfAnotherRelease(path=path) from error


def keep(folder: Path, certificate: Certificate) -> None:
    """Replace the certificate of a data folder."""
    write_json(certificate, folder / NAME)
