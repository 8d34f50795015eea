"""Certificates of an authority that exists for one test."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.real import require


@dataclass(frozen=True)
class Authority:
    ca: Path
    certificate: Path
    key: Path


def make_authority(folder: Path) -> Authority:
    """A certificate authority and what it signed for a server at 127.0.0.1."""
    folder.mkdir()
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    def openssl(*arguments: str) -> None:
        command = [str(require("openssl")), *arguments]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)

    openssl("req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca")
    openssl("req", *new_key, "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=server")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"]
    openssl("x509", "-req", "-in", "request.pem", *signing, "-out", "certificate.pem")
    return Authority(folder / "ca.pem", folder / "certificate.pem", folder / "key.pem")
