"""A register map: which registers of a Modbus device hold which metrics of a kind.

Owns the schema of the files in `devices/profiles/` and of a site's own `profiles/`, and what can
be checked in one of them. Knows nothing of files, buses or addresses in use.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from devices.kinds import KINDS, KindName
from devices.metric import Shape, Value
from devices.text import Text

REGISTERS_MAX = 125
"""Registers in one answer, by the Modbus specification."""
BITS_MAX = 2000
"""Coils or discrete inputs in one answer, likewise."""
BLOCK_DEFAULT = 32
"""What cheap probes still answer in one go."""
ADDRESS_MAX = 247
"""Modbus reserves what is above; 0 is a broadcast that nobody answers."""

Baud = Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200]
Parity = Literal["N", "E", "O"]
StopBits = Literal[1, 2]
Address = Annotated[int, Field(ge=1, le=ADDRESS_MAX)]
Path = tuple[str | int, ...]

_WIDTHS = {"bit": 1, "u16": 1, "i16": 1, "u32": 2, "i32": 2, "f32": 2}
_BIT_FUNCTIONS = (1, 2)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Register(_Part):
    """Where one metric stands (`address`) and what it means: raw × scale + offset, in `unit`.

    `function` is the Modbus function that reads it: 1 coils, 2 discrete inputs, 3 holding and
    4 input registers. `words` is the order of the two registers of a 32-bit number. `bit` takes
    one bit of a register. `values` gives each raw number its meaning instead of scale and offset;
    a number that is not in it is unknown, and so is one in `absent` (compared as unsigned).
    """

    address: Annotated[int, Field(ge=0, le=0xFFFF)]
    function: Literal[1, 2, 3, 4]
    type: Literal["bit", "u16", "i16", "u32", "i32", "f32"] = "u16"
    words: Literal["high-first", "low-first"] = "high-first"
    bit: Annotated[int, Field(ge=0, le=15)] | None = None
    scale: float = 1
    offset: float = 0
    unit: str = ""
    values: dict[int, Value] | None = None
    absent: frozenset[Annotated[int, Field(ge=0, le=0xFFFFFFFF)]] = frozenset()

    @model_validator(mode="after")
    def _check(self) -> "Register":
        if (self.type == "bit") != (self.function in _BIT_FUNCTIONS):
            raise ValueError("functions 1 and 2 read type bit, 3 and 4 every other type")
        if self.bit is not None and self.type != "u16":
            raise ValueError("bit takes one bit of a u16")
        if self.values is not None and self.type == "f32":
            raise ValueError("values wants whole raw numbers, not an f32")
        if self.scale == 0:
            raise ValueError("scale 0 would make every number the same")
        if self.address + self.width > 0x10000:
            raise ValueError("its second register would have the address 65536")
        return self

    @property
    def width(self) -> int:
        """How many registers or bits it takes."""
        return _WIDTHS[self.type]

    @property
    def is_flag(self) -> bool:
        """Whether the raw number is 0 or 1 only."""
        return self.type == "bit" or self.bit is not None


class Profile(_Part):
    """The register map of one model of device.

    `baud`, `parity`, `stop_bits` and `address` are the maker's defaults. `block` is how many
    registers the device answers at once; `hole` how many unused ones between two metrics may be
    read along (a device that refuses registers it does not have wants 0).
    """

    label: Text
    kind: KindName
    baud: Baud = 9600
    parity: Parity = "N"
    stop_bits: StopBits = 1
    address: Address = 1
    block: Annotated[int, Field(ge=2, le=REGISTERS_MAX)] = BLOCK_DEFAULT
    hole: Annotated[int, Field(ge=0, le=REGISTERS_MAX)] = 0
    metrics: Annotated[dict[str, Register], Field(min_length=1)]


def profile_problems(profile: Profile) -> Iterator[tuple[Path, str]]:
    """What a profile says that its kind contradicts: where, and what is wrong."""
    kind = KINDS[profile.kind]
    for name, register in profile.metrics.items():
        path: Path = ("metrics", name)
        metric = kind.metric(name)
        if metric is None:
            known = ", ".join(metric.name for metric in kind.metrics)
            yield path, f"a {kind.name} has no metric {name!r}; it has: {known}"
        elif register.unit != metric.unit:
            yield (
                (*path, "unit"),
                f"{name} is in {metric.unit or 'no unit'}, not {register.unit or 'no unit'}; "
                "scale converts it",
            )
        elif metric.shape is Shape.FLAG and not register.is_flag and register.values is None:
            yield path, f"{name} is a yes or no: it needs type bit, bit or values"
