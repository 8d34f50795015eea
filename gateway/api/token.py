"""The token that whoever writes through the API must show."""

import secrets
import stat
from pathlib import Path

from gateway.durable_file import write_durably

TOKEN_BYTES = 32
TOKEN_MIN = 20
"""Characters: anything shorter was typed by a person and can be guessed."""


def load_or_create_token(path: Path) -> str:
    """The token in `path`; made at the first start, readable by its owner only.

    Raises ValueError, in words for the technician, when others can read the file or it holds no
    token; and OSError.
    """
    if path.exists():
        return _load(path)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    write_durably(path, token + "\n")
    return token


def _load(path: Path) -> str:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ValueError(f"{path} can be read by others: run chmod 600 {path}")
    token = path.read_text().strip()
    if len(token) < TOKEN_MIN or not token.isascii():
        raise ValueError(f"{path} holds no token: delete it, the next start makes a new one")
    return token
