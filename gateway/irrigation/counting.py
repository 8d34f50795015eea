"""How much a counter counted between two of its values: meters of water, gauges of rain."""

RESET_SHARE = 0.5
"""A counter that falls below this share of itself started anew; a smaller fall is a glitch."""


def grown(before: float, after: float) -> float:
    """What came to it. A counter that started anew has counted what it shows."""
    if after >= before:
        return after - before
    return after if after < before * RESET_SHARE else 0.0
