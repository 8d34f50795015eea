"""Finds out what hangs on a bus: who answers, and whose registers fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from devices.decode import DECODERS
from devices.metric import Value
from devices.profile import Profile
from devices.profile_reading import Block, decode, plan
from devices.rejection import RejectedError
from gateway.profiles import Profiles
from gateway.serial.asker import Asker
from gateway.serial.exchange import Cause, ExchangeError

KNOCK = Block(3, 0, 1)
"""A device that does not have that register says no, and so shows that it is there."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one device says by one profile. `refused` are the reads that it does not know."""

    values: Mapping[str, Value]
    answers: Mapping[Block, Sequence[int]]
    refused: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One device; `fits` are the profiles by which it says something sensible, the best first."""

    address: int
    fits: tuple[str, ...]


async def read_device(asker: Asker, profile: Profile, address: int) -> Snapshot:
    """Read every register of a profile once. Raises ExchangeError, and PortError."""
    answers: dict[Block, Sequence[int]] = {}
    refused: list[Block] = []
    for block in plan(profile):
        try:
            answers[block] = await asker.ask(address, block)
        except ExchangeError as error:
            if error.cause is not Cause.EXCEPTION:
                raise
            refused.append(block)
    return Snapshot(decode(profile, answers), answers, tuple(refused))


async def look_for(asker: Asker, address: int, profiles: Profiles) -> Found | None:
    """Who is at an address, or None. Raises PortError."""
    if not await _knock(asker, address):
        return None
    metrics: dict[str, int] = {}
    for name, profile in profiles.items():
        try:
            snapshot = await read_device(asker, profile, address)
        except ExchangeError:
            continue
        if not snapshot.refused and is_sensible(profile, snapshot.values):
            metrics[name] = len(snapshot.values)
    return Found(address, tuple(sorted(metrics, key=lambda name: -metrics[name])))


def is_sensible(profile: Profile, values: Mapping[str, Value]) -> bool:
    """Whether the pipeline would accept such a reading."""
    try:
        DECODERS[profile.kind]("scan", orjson.dumps({**values, "seq": 0}), 0)
    except RejectedError:
        return False
    return True


async def _knock(asker: Asker, address: int) -> bool:
    try:
        await asker.ask(address, KNOCK)
    except ExchangeError as error:
        # Whatever is wrong with what came, somebody is there.
        return error.cause not in (Cause.SILENT, Cause.OTHER_DEVICE)
    return True
