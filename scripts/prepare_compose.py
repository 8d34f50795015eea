#!/usr/bin/env python3
"""Makes what docker-compose.yml needs and git must not hold: ./site and ./.env with new secrets.

Needs nothing but Python: it runs on the host, before there is an environment or a container.
"""

import base64
import hashlib
import os
import secrets
import shutil
import sys
from pathlib import Path

# Mosquitto's own default. More would not help: the passwords made here are random.
PBKDF2_ITERATIONS = 101


def prepare(project: Path, target: Path) -> None:
    """Write `target`/site and `target`/.env; raises FileExistsError rather than replace secrets."""
    site, environment = target / "site", target / ".env"
    for path in (site, environment):
        if path.exists():
            raise FileExistsError(f"{path} exists already; remove it to begin anew")

    shutil.copytree(project / "site.example", site, ignore=shutil.ignore_patterns("data"))
    shutil.copyfile(project / "deploy/site.yaml", site / "site.yaml")
    for folder in ("data/mosquitto", "mosquitto", "secrets"):
        (site / folder).mkdir(parents=True)

    mqtt_password, influxdb_token = secrets.token_urlsafe(), secrets.token_urlsafe()
    _write_secret(site / "secrets/mqtt", mqtt_password)
    _write_secret(site / "secrets/influxdb", influxdb_token)
    _write_secret(site / "mosquitto/passwords", mosquitto_account("gateway", mqtt_password))
    variables = {
        "HAMLET_UID": os.getuid(),
        "HAMLET_GID": os.getgid(),
        "INFLUXDB_PASSWORD": secrets.token_urlsafe(),
        "INFLUXDB_TOKEN": influxdb_token,
        "GRAFANA_PASSWORD": secrets.token_urlsafe(),
    }
    _write_secret(environment, "\n".join(f"{name}={value}" for name, value in variables.items()))


def mosquitto_account(user: str, password: str) -> str:
    """A line of Mosquitto's password file, salted PBKDF2-SHA512."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, PBKDF2_ITERATIONS)
    fields = ("7", str(PBKDF2_ITERATIONS), _base64(salt), _base64(digest))
    return f"{user}:${'$'.join(fields)}"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _write_secret(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text + "\n")


if __name__ == "__main__":
    if os.geteuid() == 0:
        sys.exit("prepare_compose: run it as the user who will own ./site, not as root")
    here = Path(__file__).resolve().parent.parent
    try:
        prepare(here, here)
    except FileExistsError as error:
        sys.exit(f"prepare_compose: {error}")
    print("Made ./site and ./.env. Describe your hamlet in ./site; then: docker compose up -d")
