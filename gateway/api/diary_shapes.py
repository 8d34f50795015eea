"""How the diary looks on the wire."""

from typing import Annotated

from pydantic import ConfigDict, Field

from devices.metric import Value
from gateway.api.problems import Problem
from gateway.api.wire import WireShape
from gateway.clock import Millis
from gateway.diary.discretion import for_everybody
from gateway.diary.draft import Draft
from gateway.diary.fields import NOTE_MAX, WORDS_MAX
from gateway.history import DiaryLine
from gateway.plot_records import DiaryEntry, DiaryKind

FACTS_MAX = 12
_Number = Annotated[float, Field(strict=True)]
_TEXT_MAX = 4 * NOTE_MAX


class DiaryRequest(WireShape):
    """An entry to write. `id` is 32 hexadecimal digits of the sender's choice: what is sent twice
    is written once. `day` is 2026-11-22 and `clock` 14:30, both of the hamlet; without a clock it
    is now, or noon of another day. A correction says the entry anew and names the old one."""

    model_config = ConfigDict(allow_inf_nan=False)

    id: str | None = Field(None, max_length=64)
    plot: str = Field(max_length=64)
    kind: DiaryKind
    day: str = Field(max_length=WORDS_MAX)
    clock: str = Field("", max_length=WORDS_MAX)
    facts: dict[str, str | _Number] = Field(default_factory=dict, max_length=FACTS_MAX)
    corrects: str | None = Field(None, max_length=200)
    withdrawn: bool = False
    why: str = Field("", max_length=NOTE_MAX)
    confirmed: bool = False

    def draft(self, id: str) -> Draft:
        """What is to be checked; `id` stands in where none was chosen."""
        for name, value in self.facts.items():
            if isinstance(value, str) and len(value) > _TEXT_MAX:
                raise Problem(422, f"facts.{name[:40]}: longer than {_TEXT_MAX} letters")
        return Draft(
            id=self.id or id,
            plot=self.plot,
            kind=self.kind,
            day=self.day,
            clock=self.clock,
            facts=self.facts,
            corrects=self.corrects,
            withdrawn=self.withdrawn,
            why=self.why,
            confirmed=self.confirmed,
        )


class DiaryEntryShape(WireShape):
    """An entry. Who wrote it is told to those who show the token, null to others, who do not get
    free words such as notes either. One that was
    `corrected_by` another does not count any more."""

    id: str
    plot: str
    kind: DiaryKind
    at: Millis
    written_at: Millis
    by: str | None
    facts: dict[str, Value | str | None]
    corrects: str | None
    corrected_by: str | None

    @classmethod
    def of(cls, line: DiaryLine, *, named: bool) -> "DiaryEntryShape":
        """What the diary says."""
        entry = line.entry if named else for_everybody(line.entry)
        return cls(
            id=entry.id,
            plot=entry.plot,
            kind=entry.kind,
            at=entry.at,
            written_at=entry.written_at,
            by=entry.by if named else None,
            facts=dict(entry.facts),
            corrects=entry.corrects,
            corrected_by=line.corrected_by,
        )

    @classmethod
    def of_new(cls, entry: DiaryEntry) -> "DiaryEntryShape":
        """What has just been written."""
        return cls.of(DiaryLine(entry, None), named=True)
