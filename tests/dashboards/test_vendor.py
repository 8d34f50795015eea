"""What others wrote is there unchanged, with its licence, and nothing else is."""

import hashlib
import json

from dashboards.assets import STATIC

VENDOR = STATIC / "vendor"
PACKAGES = json.loads((VENDOR / "vendor.json").read_text())


def test_every_file_has_the_hash_it_came_with() -> None:
    for package in PACKAGES:
        for name, digest in package["sha256"].items():
            content = (VENDOR / package["folder"] / name).read_bytes()
            assert hashlib.sha256(content).hexdigest() == digest, name


def test_every_package_has_version_and_licence() -> None:
    for package in PACKAGES:
        assert package["version"]
        assert package["licence"]
        assert "LICENSE" in package["sha256"]


def test_nothing_is_there_that_is_not_listed() -> None:
    listed = {f"{p['folder']}/{name}" for p in PACKAGES for name in p["sha256"]}
    found = {str(file.relative_to(VENDOR)) for file in VENDOR.rglob("*") if file.is_file()}
    assert found == listed | {"vendor.json"}
