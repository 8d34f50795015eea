"""What one transaction is to write, and what may happen once it is on disk."""

from dataclasses import dataclass, field

from gateway.fleet import Device
from gateway.journal.batch import Batch, MessageRow
from gateway.receipts import Receipt


@dataclass(slots=True)
class Work:
    """A batch for the journal with its acknowledgements and commands."""

    batch: Batch = field(default_factory=Batch)
    messages: list[MessageRow] = field(init=False)  # the batch's, at hand for the hot path
    tokens: list[int] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)  # ids that may be sent after the commit
    changed: set[str] = field(default_factory=set)  # devices whose state changed
    alerts: bool = False
    runs: bool = False
    decided: bool = False  # somebody waits for this: commit at once
    acks_due: set[Device] = field(default_factory=set)  # to be told what is on disk then
    receipts: list[Receipt] = field(default_factory=list)  # what they will be told

    def __post_init__(self) -> None:
        self.messages = self.batch.messages

    def __bool__(self) -> bool:
        batch = self.batch
        return bool(
            self.tokens
            or batch.messages
            or batch.records
            or batch.rejected
            or batch.new_devices
            or batch.adoptions
            or batch.snapshots
            or self.acks_due
        )

    def split_urgent(self) -> tuple["Work", "Work"]:
        """What was decided, and what can wait: messages and their acknowledgements."""
        batch = self.batch
        urgent = Work(
            Batch(batch.new_devices, batch.adoptions, records=batch.records),
            commands=self.commands,
            changed=self.changed,
            alerts=self.alerts,
            runs=self.runs,
            decided=self.decided,
        )
        waiting = Work(
            Batch(messages=batch.messages, rejected=batch.rejected),
            self.tokens,
            acks_due=self.acks_due,
        )
        return urgent, waiting

    def followed_by(self, later: "Work") -> "Work":
        """Both in one, but for the snapshots: each is as of the end of its own work, and would
        say of the messages between the two ends that there were none."""
        mine, other = self.batch, later.batch
        batch = Batch(
            mine.new_devices + other.new_devices,
            mine.adoptions + other.adoptions,
            mine.messages + other.messages,
            mine.rejected + other.rejected,
            mine.records + other.records,
        )
        return Work(
            batch,
            self.tokens + later.tokens,
            self.commands + later.commands,
            self.changed | later.changed,
            self.alerts or later.alerts,
            self.runs or later.runs,
            self.decided or later.decided,
            self.acks_due | later.acks_due,
        )
