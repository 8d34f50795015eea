import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.naming import NAMES_MAX, natural, short_names


@pytest.mark.parametrize(
    ("labels", "said", "text"),
    [
        (["Đèn cột 118", "Đèn cột 116", "Đèn cột 117"], "Đèn không sáng", "cột 116, 117, 118"),
        ([f"Đèn cột {n}" for n in (230, 228, 227, 229)], "Đèn im lặng", "cột 227–230"),
        ([f"Light {n}" for n in (9, 10, 11, 12, 52)], "Lamp failure", "Light 9–12, 52"),
        (["Light 2", "Light 1"], "Light is silent", "1, 2"),
        (["Wifi chợ", "Wifi cụm 2", "Wifi cụm 1"], "Wifi chậm", "chợ, cụm 1, 2"),
        (["Loa", "Loa"], "Loa mất kết nối", "Loa, Loa"),
        (["Cột 007", "Cột 008", "Cột 009", "Cột 010"], "", "Cột 007–010"),
        (["A1", "A2", "A3", "A4"], "", "A1–4"),
        (["2a", "10a"], "", "2a, 10a"),
        (["Đèn cột 5"], "Đèn cột 5", "5"),
        ([], "Đèn", ""),
    ],
)
def test_names_as_somebody_would_say_them(labels: list[str], said: str, text: str) -> None:
    assert short_names(labels, said) == (text, 0)


def test_what_does_not_fit_is_counted() -> None:
    labels = [f"Đèn {n}" for n in (1, 3, 5, 7, 9, 20, 21, 22, 23, 31)]
    assert short_names(labels, "") == ("Đèn 1, 3, 5, 7, 9", 5)


@given(st.lists(st.text(max_size=20), max_size=40), st.text(max_size=20))
def test_any_names_can_be_said(labels: list[str], said: str) -> None:
    names = short_names(labels, said)
    assert 0 <= names.left_out <= max(len(labels) - NAMES_MAX, 0)


@given(st.lists(st.integers(0, 10**8)))
def test_numbers_sort_as_numbers(numbers: list[int]) -> None:
    labels = sorted((f"Cột {number}" for number in numbers), key=natural)
    assert labels == [f"Cột {number}" for number in sorted(numbers)]
