"""The rules of a site: every YAML file of a folder, checked whole."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from devices.kind import Kind
from gateway.fleet import Fleet
from gateway.located_yaml import Located, Problem, ProblemsError, load_yaml
from gateway.rules.document import Document, Node
from gateway.rules.rule import Rule
from gateway.rules.rule_yaml import read_rule
from gateway.rules.vocabulary import Vocabulary


@dataclass(slots=True)
class CheckedRules:
    """What a folder holds. The rules may run only when there are no problems."""

    rules: list[Rule] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def sound(self) -> list[Rule]:
        """The rules. Raises ProblemsError when there are problems."""
        if self.problems:
            raise ProblemsError(self.problems)
        return self.rules


def load_rules(
    folder: Path,
    *,
    kinds: Mapping[str, Kind],
    fleet: Fleet | None,
    plots: Collection[str] | None,
    constants: Mapping[str, float] | None = None,
) -> list[Rule]:
    """Raises ProblemsError with everything that is wrong in all files."""
    return check_rules(folder, kinds=kinds, fleet=fleet, plots=plots, constants=constants).sound()


def check_rules(
    folder: Path,
    *,
    kinds: Mapping[str, Kind],
    fleet: Fleet | None,
    plots: Collection[str] | None,
    constants: Mapping[str, float] | None = None,
) -> CheckedRules:
    """Read `*.yaml` and `*.yml` of the folder, in the order of their names. A site without the
    folder has no rules. Without a fleet, what is said of single devices is not checked; without
    plots, what is said of plots; without constants, those of the site."""
    return check_files(rule_files(folder), Vocabulary(kinds, fleet, plots, constants))


def rule_files(folder: Path) -> list[Path]:
    """The files of rules in a folder, in the order in which they are read."""
    return sorted(file for file in folder.glob("*") if file.suffix in (".yaml", ".yml"))


def check_files(files: Iterable[Path], vocabulary: Vocabulary) -> CheckedRules:
    """Read these files, which may speak of each other's rules."""
    documents: list[Document] = []
    problems: list[Problem] = []
    for file in files:
        try:
            documents.append(_open(load_yaml(file)))
        except ProblemsError as error:
            problems += error.problems
    checked = check_rules_of([document.root for document in documents], vocabulary)
    checked.problems = sorted([*problems, *checked.problems])
    return checked


def check_rules_of(lists: Iterable[Node], vocabulary: Vocabulary) -> CheckedRules:
    """Read lists of rules, each of which is a document of its own or a part of one."""
    checked = CheckedRules()
    first_at: dict[str, str] = {}
    for rules in lists:
        _read_rules(rules, vocabulary, checked.rules, first_at)
        checked.problems += rules.document.problems
        checked.warnings += rules.document.warnings
    checked.problems.sort()
    checked.warnings.sort()
    return checked


def _open(located: Located) -> Document:
    lines = located.file.read_text(encoding="utf-8").split("\n")
    return Document(located, lines)


def _read_rules(
    listed: Node, vocabulary: Vocabulary, rules: list[Rule], first_at: dict[str, str]
) -> None:
    if listed.value is None:  # an empty file, or one with comments only
        return
    for node in listed.items("a file of rules") or ():
        _refuse_second(node, first_at)
        rule = read_rule(node, vocabulary)
        if rule is not None:
            rules.append(rule)


def _refuse_second(node: Node, first_at: dict[str, str]) -> None:
    """Two rules of one id would share their state."""
    id = node.value.get("rule") if isinstance(node.value, dict) else None
    if not isinstance(id, str):
        return
    line, _ = node.document.located.position((*node.route, "rule"))
    if id in first_at:
        node.child("rule", id).complain(f"there is a rule {id!r} already, at {first_at[id]}")
    first_at.setdefault(id, f"{node.document.file.name}:{line}")
