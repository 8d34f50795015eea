"""Bytes that are almost right: good ones with a few edits, as a broken sender makes them."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import strategies as st

TOKENS = [
    b"", b"\x00", b"\xff", b"\xed\xa0\x80", b"\xc3", b"\\ud800", b'"', b"'", b"\\", b"{", b"}",
    b"[",
    b"]", b":", b",", b"-", b"#", b"\n", b"\r\n", b"\t", b" ", b"  - ", b"/", b"+", b"$", b"null",
    b"true", b"NaN", b"-0", b"1e999", b"-1e-400", b"0x10", b"18446744073709551616", b"9" * 400,
    b"1970-01-01T00:00:00Z", b"9999-12-31T23:59:59+14:00", b"2026-11-22T24:00:00Z", b"[" * 200,
    b'{"a":' * 50, b"(" * 200, b"not " * 100, b"&a ", b"*a", b"<<: ", b"!!python/name:os.system ",
    b"%s", b"{device}", b"\xe1\xbb\x87", "\u202e".encode(), b"..", b"__class__",
]  # fmt: skip

_EDITS = st.lists(
    st.tuples(
        st.sampled_from(("insert", "replace", "delete", "repeat", "cut", "splice")),
        st.integers(0, 1 << 16),
        st.integers(0, 40),
        st.one_of(st.sampled_from(TOKENS), st.binary(max_size=4)),
    ),
    max_size=6,
)


def mutated(corpus: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """One of the corpus after up to six edits; without any, it is as it was."""

    def edit(good: bytes, other: bytes, edits: Sequence[tuple[str, int, int, bytes]]) -> bytes:
        data = good
        for edit, position, length, token in edits:
            at = position % (len(data) + 1)
            before, hit, after = data[:at], data[at : at + length], data[at + length :]
            match edit:
                case "insert":
                    data = before + token + hit + after
                case "replace":
                    data = before + token + after
                case "delete":
                    data = before + after
                case "repeat":
                    data = before + hit * 3 + after
                case "cut":
                    data = before + hit
                case "splice":
                    data = before + other[position % (len(other) + 1) :]
        return data

    goods = st.sampled_from(list(corpus))
    return st.builds(edit, goods, goods, _EDITS)


def pieces(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    """The same bytes as they may come, cut at these places."""
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in pairwise(places)]
