"""The rules of a running site: their files, and what the pipeline runs.

The files are what counts. They are checked whole before anything changes, written whole or not at
all, and taken over by the pipeline in one transaction with what follows from it. Who did it is kept
in the journal.
"""

import asyncio
import stat
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from devices.kinds import KINDS
from devices.text import Text
from devices.topics import IDENTIFIER
from gateway.assembly import vocabulary_of
from gateway.clock import Now
from gateway.decisions import RuleVersion
from gateway.durable_file import write_durably
from gateway.journal.reader import JournalReader
from gateway.located_yaml import Problem, ProblemsError, read_text
from gateway.pipeline import Pipeline
from gateway.rule_drafts import findings_in, mistake, versions_since
from gateway.rule_rehearsal import rehearse
from gateway.rule_texts import Draft, Finding, Rehearsal, RuleEditError, RuleText, revision_of
from gateway.rules.loader import CheckedRules, check_files, read_sources, rule_files
from gateway.rules.notices import rules_accepted, rules_refused
from gateway.rules.rule import Rule
from gateway.rules.sentence import Names, say
from gateway.rules.source import Source, SourceError, added, replaced, rule_in, with_armed
from gateway.site import Site

FOUND = "file"
"""Who changed a rule, where nobody said so: its file had changed."""
UNNAMED = "new-rule"
"""The file of a rule whose id cannot be the name of one."""
FILE_MODE = 0o644
"""Of a new file: technicians edit it, too."""

_GONE = Text(
    "Tệp không còn quy tắc này: hãy tải lại trang.",
    "Its file does not have this rule any more: load the page again.",
)
_IN_BRACKETS = Text(
    "Tệp này viết các quy tắc trong ngoặc vuông: hãy sửa thẳng trong tệp.",
    "This file has its rules in brackets: edit the file itself.",
)
_EDITED_MEANWHILE = Text(
    "Người khác vừa sửa quy tắc này. Hãy chép lại phần bạn viết, tải lại trang rồi sửa lại.",
    "Somebody else has changed this rule meanwhile. Copy what you wrote, load the page again and "
    "put your change in once more.",
)

Decide = Callable[[Callable[[], None]], Awaitable[None]]


class _Edit(NamedTuple):
    """A file, and what it holds before and after."""

    path: Path
    before: str
    after: str


class RuleBook:
    """`decide` does something to the pipeline, and returns when what it decided is on disk."""

    def __init__(
        self,
        site: Site,
        rules: Sequence[Rule],
        pipeline: Pipeline,
        reader: JournalReader,
        decide: Decide,
        now: Now,
    ) -> None:
        self.rules = tuple(rules)
        self.problems: Sequence[Problem] = ()
        self._site = site
        self._folder = site.rules
        self._reader = reader
        self._vocabulary = vocabulary_of(site)
        self._names = _names_of(site)
        self._pipeline = pipeline
        self._decide = decide
        self._now = now
        self._texts: Mapping[str, RuleText] = {}
        self._newest: dict[str, RuleVersion] = {}
        self._editing = asyncio.Lock()
        self._rehearsing = asyncio.Lock()

    async def open(self) -> None:
        """Begin, and note what was edited since the last time."""
        newest = await asyncio.to_thread(self._reader.newest_rule_versions)
        self._newest = {version.rule: version for version in newest}
        sources = await asyncio.to_thread(read_sources, rule_files(self._folder))
        self._texts = await asyncio.to_thread(self._read, self.rules, sources)
        self._note({})
        self._pipeline.ask(rules_accepted(self._now()), self._now())

    def texts(self) -> Sequence[RuleText]:
        """The rules as they run, in the order of their files."""
        return tuple(self._texts.values())

    def text(self, rule: str) -> RuleText | None:
        """One of them."""
        return self._texts.get(rule)

    async def check(self, text: str, rule: str | None = None) -> Draft:
        """What would be if the rule of that id, or a new one, read like that. Nothing changes."""
        draft, _, _ = await asyncio.to_thread(self._draft, text, rule, None)
        return draft

    async def rehearse(self, text: str, rule: str | None = None) -> tuple[Draft, Rehearsal | None]:
        """What the text would have done in the last days; only the draft when it is not sound. One
        at a time."""
        draft, _, checked = await asyncio.to_thread(self._draft, text, rule, None)
        if not draft.sound or checked is None:
            return draft, None
        tried = next(one for one in checked.rules if one.id == draft.rule)
        armed = [one for one in self.rules if one.id == rule and one.armed]
        async with self._rehearsing:
            rehearsal = await asyncio.to_thread(
                rehearse, tried, armed, self._site, self._reader, self._now()
            )
        return draft, rehearsal

    async def save(
        self, text: str, by: str, rule: str | None = None, revision: str | None = None
    ) -> Draft:
        """Write a rule and take it over, unless there are mistakes. `revision` is that of the text
        which was edited. Raises RuleEditError, and then nothing was changed."""
        async with self._editing:
            draft, edit, checked = await asyncio.to_thread(self._draft, text, rule, revision)
            if not draft.sound or edit is None or checked is None:
                return draft
            await asyncio.to_thread(_write, edit)
            await self._take_over(checked, {draft.rule: by, rule: by})
        return Draft(draft.rule, draft.findings, draft.sentence, saved=True)

    async def arm(self, rule: str, armed: bool, by: str) -> Draft:
        """Let a rule act, or not. Raises RuleEditError."""
        text = self.text(rule)
        if text is None:
            raise RuleEditError(_no_rule(rule))
        return await self.save(with_armed(text.text, armed), by, rule, text.revision)

    async def remove(self, rule: str, by: str, revision: str | None = None) -> Draft:
        """Take a rule out of its file, unless there are mistakes in other rules. Raises
        RuleEditError."""
        async with self._editing:
            edit = await asyncio.to_thread(self._place, "", rule, rule, revision)
            drafts = {edit.path: edit.after}
            checked = await asyncio.to_thread(
                check_files, rule_files(self._folder), self._vocabulary, drafts
            )
            if checked.problems:
                return Draft(rule, findings_in(checked, rule, edit.path))
            await asyncio.to_thread(_write, edit)
            await self._take_over(checked, {rule: by})
        return Draft(rule, (), saved=True)

    async def reload(self) -> Sequence[Problem]:
        """Take over the files as they are, unless there are mistakes in them; these are returned,
        and the old rules go on."""
        async with self._editing:
            checked = await asyncio.to_thread(
                lambda: check_files(rule_files(self._folder), self._vocabulary)
            )
            if not checked.problems:
                await self._take_over(checked, {})
                return ()
            self.problems = tuple(checked.problems)
            now = self._now()
            refused = rules_refused(checked.problems, now)
            await self._decide(lambda: self._pipeline.ask(refused, now))
            return self.problems

    async def _take_over(self, checked: CheckedRules, by: Mapping[str | None, str]) -> None:
        """`by` says who has edited which rule; what else is new was found in the files."""
        self._texts = await asyncio.to_thread(self._read, checked.rules, checked.sources)
        self.rules, self.problems = tuple(checked.rules), ()

        def go_on_with_them() -> None:
            now = self._now()
            self._pipeline.replace_rules(self.rules, now)
            self._note(by)
            self._pipeline.ask(rules_accepted(now), now)

        await self._decide(go_on_with_them)

    def _note(self, by: Mapping[str | None, str]) -> None:
        """Keep which rules have changed."""
        now = self._now()
        texts = {rule: text.text for rule, text in self._texts.items()}
        for found in versions_since(self._newest, texts, FOUND, now):
            version = replace(found, by=by.get(found.rule, FOUND))
            self._newest[version.rule] = version
            self._pipeline.ask(version, now)

    def _read(self, rules: Sequence[Rule], sources: Mapping[str, Source]) -> Mapping[str, RuleText]:
        return {rule.id: self._text_of(rule, sources.get(rule.id)) for rule in rules}

    def _text_of(self, rule: Rule, source: Source | None) -> RuleText:
        return RuleText(
            rule.id,
            rule.label,
            source.file.name if source else "",
            source.text if source else f"- {rule.definition}\n",
            source is not None,
            rule.armed,
            say(rule, self._names),
        )

    def _draft(
        self, text: str, rule: str | None, revision: str | None
    ) -> tuple[Draft, _Edit | None, CheckedRules | None]:
        """The draft, the file as it would be, and all rules with it."""
        text = text.replace("\r\n", "\n").strip("\n") + "\n"
        try:
            id = rule_in(text)
        except SourceError as error:
            return Draft(None, [mistake(str(error))]), None, None
        except ProblemsError as error:
            found = [Finding(one.line, one.column, one.message) for one in error.problems]
            return Draft(None, found), None, None
        files = rule_files(self._folder)
        edit = self._place(text, id, rule, revision)
        drafted = files if edit.path in files else sorted([*files, edit.path])
        checked = check_files(drafted, self._vocabulary, {edit.path: edit.after})
        draft = Draft(
            id,
            findings_in(checked, id, edit.path),
            next((say(one, self._names) for one in checked.rules if one.id == id), None),
        )
        return draft, edit, checked

    def _place(self, text: str, id: str, rule: str | None, revision: str | None) -> _Edit:
        """The file that the text belongs to, and what it then holds. Raises RuleEditError."""
        if rule is None:
            name = id if IDENTIFIER.fullmatch(id) else UNNAMED  # which the check then refuses
            path = self._folder / f"{name}.yaml"
            before = _content(path)
            return _Edit(path, before, added(before, text))
        source = read_sources(rule_files(self._folder)).get(rule)
        if source is None:
            known = self._texts.get(rule)
            raise RuleEditError(_GONE if known is None or known.editable else _IN_BRACKETS)
        if revision is not None and revision_of(source.text) != revision:
            raise RuleEditError(_EDITED_MEANWHILE)
        before = _content(source.file)
        return _Edit(source.file, before, replaced(before, source, text))


def _names_of(site: Site) -> Names:
    return Names(
        KINDS,
        {device.id: device.label for device in site.devices},
        {plot.id: plot.label for plot in site.plots},
        {place.id: place.label for place in site.map.places},
    )


def _content(path: Path) -> str:
    """Nothing, of a file that is not there yet. Raises RuleEditError."""
    try:
        return read_text(path) if path.exists() else ""
    except ProblemsError as error:
        raise RuleEditError(_cannot_be_read(path, error.problems[0].message)) from None


def _write(edit: _Edit) -> None:
    """The file itself, where the name in the folder is a link. Raises RuleEditError."""
    if _content(edit.path) != edit.before:  # by an editor, while the rules were checked
        raise RuleEditError(_EDITED_MEANWHILE)
    try:
        path = edit.path.resolve()
        path.parent.mkdir(exist_ok=True)
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else FILE_MODE
        write_durably(path, edit.after, mode)
    except OSError as error:
        raise RuleEditError(_cannot_be_written(edit.path, error)) from None


def _no_rule(rule: str) -> Text:
    return Text(f"Không có quy tắc “{rule}”.", f"There is no rule {rule!r}.")


def _cannot_be_read(path: Path, why: str) -> Text:
    return Text(f"Không đọc được {path.name}: {why}", f"{path.name} cannot be read: {why}")


def _cannot_be_written(path: Path, error: OSError) -> Text:
    return Text(
        f"Không ghi được {path.name} ({error.strerror}); quy tắc cũ vẫn chạy. Kỹ thuật viên: cho "
        "phép máy ghi vào thư mục rules/, hoặc xóa bớt tệp cho đủ chỗ.",
        f"{path.name} cannot be written ({error.strerror}); the old rules go on. Technician: let "
        "the gateway write in the folder rules/, or make room on the disk.",
    )
