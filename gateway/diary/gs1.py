"""GS1 numbers and links: what a code on a packet leads to.

https://www.gs1.org/standards/gs1-digital-link: the number of the product under 01, its lot under
10, on a domain of one's own.
"""

GTIN_DIGITS = (8, 12, 13, 14)


def check_gtin(written: str) -> str:
    """The number with 14 digits. Raises ValueError where it has none of the lengths that there
    are, or its check digit says that it was mistyped."""
    if not (written.isascii() and written.isdigit() and len(written) in GTIN_DIGITS):
        raise ValueError(f"{written!r} is no GTIN: it has 8, 12, 13 or 14 digits")
    gtin = written.zfill(14)
    weighted = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(gtin[:-1]))
    check = -weighted % 10
    if check != int(gtin[-1]):
        raise ValueError(f"{written!r} is mistyped: its last digit would be {check}")
    return gtin


def lot_path(lot: str, gtin: str | None) -> str:
    """Where the page of a lot is."""
    return f"/01/{gtin}/10/{lot}" if gtin else f"/lot/{lot}"
