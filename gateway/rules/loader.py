"""The rules of a site: every YAML file of a folder, checked whole."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from gateway.located_yaml import Problem, ProblemsError, parse_partly, parse_yaml, read_text
from gateway.rules.document import Document, Node
from gateway.rules.overlaps import Written, warn_of_overlaps
from gateway.rules.rule import Rule
from gateway.rules.rule_yaml import read_rule
from gateway.rules.source import Source, sources_in
from gateway.rules.vocabulary import Vocabulary

NO_DRAFTS: Mapping[Path, str] = {}


@dataclass(slots=True)
class CheckedRules:
    """What files hold. The rules may run only when there are no problems. `sources` is how
    those that can be edited one by one are written, by id."""

    rules: list[Rule] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def sound(self) -> list[Rule]:
        """The rules. Raises ProblemsError when there are problems."""
        if self.problems:
            raise ProblemsError(self.problems)
        return self.rules


def rule_files(folder: Path) -> list[Path]:
    """`*.yaml` and `*.yml` of a folder, in the order in which they are read: that of their names.
    What is there but is no folder that can be listed stands for itself: a site must not lose its
    rules without a word."""
    try:
        return sorted(file for file in folder.iterdir() if file.suffix in (".yaml", ".yml"))
    except FileNotFoundError:
        return [folder] if folder.is_symlink() else []
    except OSError:
        return [folder]


def named_files(paths: Iterable[Path]) -> list[Path]:
    """The files of rules that somebody names: files, or folders of them."""
    return [file for path in paths for file in (rule_files(path) if path.is_dir() else [path])]


def check_files(
    files: Iterable[Path], vocabulary: Vocabulary, drafts: Mapping[Path, str] = NO_DRAFTS
) -> CheckedRules:
    """Read these files, which may speak of each other's rules; of a draft, what it would hold."""
    documents: list[Document] = []
    problems: list[Problem] = []
    sources: dict[str, Source] = {}
    for file in files:
        try:
            text = drafts[file] if file in drafts else read_text(file)
            located = parse_partly(text, file)
        except ProblemsError as error:
            problems += error.problems
            continue
        problems += located.problems
        documents.append(Document(located, text.split("\n")))
        sources |= {source.rule: source for source in sources_in(text, located)}
    checked = check_rules_of([document.root for document in documents], vocabulary)
    checked.problems = sorted([*problems, *checked.problems])
    checked.sources = sources
    return checked


def read_sources(files: Iterable[Path]) -> dict[str, Source]:
    """How the rules of these files are written, of files that can be read."""
    sources: dict[str, Source] = {}
    for file in files:
        with suppress(ProblemsError):
            text = read_text(file)
            sources |= {one.rule: one for one in sources_in(text, parse_yaml(text, file))}
    return sources


def check_rules_of(lists: Iterable[Node], vocabulary: Vocabulary) -> CheckedRules:
    """Read lists of rules, each of which is a document of its own or a part of one."""
    checked = CheckedRules()
    first_at: dict[str, str] = {}
    written: list[Written] = []
    read = list(lists)
    for rules in read:
        written += _read_rules(rules, vocabulary, first_at)
    checked.rules = [one.rule for one in written]
    warn_of_overlaps(written, vocabulary)
    for rules in read:
        checked.problems += rules.document.problems
        checked.warnings += rules.document.warnings
    checked.problems.sort()
    checked.warnings.sort()
    return checked


def _read_rules(
    listed: Node, vocabulary: Vocabulary, first_at: dict[str, str]
) -> Iterator[Written]:
    if listed.value is None:  # an empty file, or one with comments only, or nothing to be read
        return
    for node in listed.items("a file of rules") or ():
        _refuse_second(node, first_at)
        if not node.document.located.is_whole(node.route):
            continue  # what is missing in it would be complained of a second time
        rule = read_rule(node, vocabulary)
        if rule is not None:
            yield Written(rule, node)


def _refuse_second(node: Node, first_at: dict[str, str]) -> None:
    """Two rules of one id would share their state."""
    id = node.value.get("rule") if isinstance(node.value, dict) else None
    if not isinstance(id, str):
        return
    line, _ = node.document.located.position((*node.route, "rule"))
    if id in first_at:
        node.child("rule", id).complain(f"there is a rule {id!r} already, at {first_at[id]}")
    first_at.setdefault(id, f"{node.document.file.name}:{line}")
