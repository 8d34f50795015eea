"""The ready rules that come with the gateway: one file each, in a folder by what they are about.

Each file begins with comments for its reader, in Vietnamese and English: what the rule watches, and
which numbers to adapt. Its scenarios stand in the folder `tests` beside it, under the same name; a
site keeps both the same way, so that they go on fitting together. Writes nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from devices.text import Text
from gateway.located_yaml import load_yaml
from gateway.rules.loader import rule_files

LIBRARY = Path(__file__).parent / "library"
TESTS_FOLDER = "tests"
"""Beside the rules; the gateway reads no rules from it."""

_ABOUT = re.compile(r"\s*(.+?) Cần chỉnh: (.+?)\s* en: (.+?) Adapt: (.+?)\s*")


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """`subject` is what it is about, e.g. `lights`; `about` what it watches, `adapt` which numbers
    its reader should look at."""

    id: str
    subject: str
    about: Text
    adapt: Text
    file: Path

    @property
    def scenarios(self) -> Path:
        """The file of its scenarios."""
        return self.file.parent / TESTS_FOLDER / self.file.name


@cache
def ready_rules() -> Mapping[str, ReadyRule]:
    """All of them by their ids, in the order of subjects and ids."""
    return {file.stem: _read(file) for file in sorted(LIBRARY.glob("*/*.yaml"))}


def find_rule(id: str, folder: Path) -> tuple[Path, int] | None:
    """File and line of the rule of that id in a folder of rules. Raises ProblemsError for files
    that are no YAML, since nobody knows what is in them; other mistakes do not matter."""
    for file in rule_files(folder):
        located = load_yaml(file)
        for index, rule in enumerate(located.data if isinstance(located.data, list) else ()):
            if isinstance(rule, dict) and rule.get("rule") == id:
                return file, located.position((index, "rule"))[0]
    return None


def _read(file: Path) -> ReadyRule:
    comments = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        comments.append(line.removeprefix("#").strip())
    found = _ABOUT.fullmatch(" ".join(comments).removeprefix("vi:"))
    if found is None:
        raise ValueError(f"{file}: does not begin with '# vi: … Cần chỉnh: … en: … Adapt: …'")
    about_vi, adapt_vi, about_en, adapt_en = found.groups()
    return ReadyRule(
        file.stem, file.parent.name, Text(about_vi, about_en), Text(adapt_vi, adapt_en), file
    )
