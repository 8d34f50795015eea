"""The files of `static/`, served under names that hold their hash, so that browsers may keep them.

Everything is in memory: it is less than half a megabyte.
"""

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parent / "static"
PREFIX = "/static/"
SERVED = {".css", ".js", ".svg", ".woff2"}
_CSS_URL = re.compile(rb'url\("([^":]+)"\)')


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    content: bytes
    media_type: str


class Assets:
    """All files, by the hashed name under which they are served."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._served: dict[str, Asset] = {}
        self._names: dict[str, str] = {}
        files = [file for file in sorted(folder.rglob("*")) if file.suffix in SERVED]
        # Style sheets name fonts, so their hashes come after the fonts'.
        for file in sorted(files, key=lambda file: file.suffix == ".css"):
            self._add(file, folder)

    def url(self, name: str) -> str:
        """The address of `static/{name}`."""
        return PREFIX + self._names[name]

    def get(self, hashed_name: str) -> Asset | None:
        """The file served under that name."""
        return self._served.get(hashed_name)

    def _add(self, file: Path, folder: Path) -> None:
        content = file.read_bytes()
        if file.suffix == ".css":
            content = _CSS_URL.sub(self._hashed_url, content)
        digest = hashlib.sha256(content).hexdigest()[:10]
        hashed = f"{file.stem}.{digest}{file.suffix}"
        media_type = mimetypes.types_map.get(file.suffix, "font/woff2")
        self._names[str(file.relative_to(folder))] = hashed
        self._served[hashed] = Asset(content, media_type)

    def _hashed_url(self, found: re.Match[bytes]) -> bytes:
        return f'url("{self.url(found[1].decode())}")'.encode()
