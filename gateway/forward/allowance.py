"""How many bytes may go over the line: for a SIM card with a slow or costly plan. Pure."""

BYTES_PER_KBIT = 125


class Allowance:
    """Fills at a steady rate. A request may overdraw it, and the next then waits until the debt is
    paid: so the rate holds however large requests are. Times are seconds of a steady clock."""

    def __init__(self, kbit_s: float) -> None:
        self.bytes_per_s = kbit_s * BYTES_PER_KBIT
        self._clear_at = 0.0

    def wait_s(self, now: float) -> float:
        """How long the next request has to wait."""
        return max(0.0, self._clear_at - now)

    def spend(self, size: int, now: float) -> None:
        """A request of that many bytes went out."""
        self._clear_at = max(self._clear_at, now) + size / self.bytes_per_s
