"""Chance that repeats: the same seed gives the same world on every machine."""

from random import Random

_SIZE = 4096
_MASK = _SIZE - 1
_SPREAD = 2_654_435_761  # odd and large (Knuth): neighbouring indices land far apart


def _deviates() -> list[float]:
    # A table, because a deviate drawn anew costs more than the rest of a message.
    random = Random(4096)
    return [max(-3.0, min(3.0, random.gauss(0.0, 1.0))) for _ in range(_SIZE)]


_TABLE = _deviates()


def stream(seed: int, *names: object) -> Random:
    """A generator of its own for what `names` name, whatever others have drawn."""
    return Random(":".join(map(str, (seed, *names))))


def noise(index: int) -> float:
    """A fixed normal deviate (mean 0, deviation 1, within ±3) for each index."""
    return _TABLE[(index * _SPREAD >> 12) & _MASK]
