import pytest

from gateway.scenario.series import STEPS_MAX, parse_series


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("20", [20]),
        ("20.0", [20.0]),
        ("20x2", [20, 20, 20]),
        ("20+0x2", [20, 20, 20]),
        ("-2+4x3", [-2, 2, 6, 10]),
        ("1-2x3", [1, -1, -3, -5]),
        ("20+0.1x3", [20, 20.1, 20.2, 20.3]),
        ("30 20x1 _ 19", [30, 20, 20, None, 19]),
        ("_x3 1", [None, None, None, 1]),
        ("true falsex1", [True, False, False]),
        ("20+0x1 stale", [20, 20]),
        ("stale", []),
        ("0.5e", None),
    ],
)
def test_the_notation_of_promtool(text: str, values: list[object] | None) -> None:
    if values is None:
        with pytest.raises(ValueError, match="is no value"):
            parse_series(text)
        return
    found = parse_series(text)
    assert found == values
    assert [isinstance(one, bool) for one in found] == [isinstance(one, bool) for one in values]


def test_a_counter_stays_whole_and_a_fraction_does_not() -> None:
    assert all(isinstance(one, int) for one in parse_series("5+2x3"))
    assert all(isinstance(one, float) for one in parse_series("5+0.5x3"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is empty"),
        ("20,5", "is no value"),
        ("20 x3", "is no value"),
        ("stale 20", "nothing can follow after stale"),
        ("true+1x3", "cannot rise"),
        ("_+1x3", "cannot rise"),
        (f"1x{STEPS_MAX}", "more than"),
        ("1x999999", "more than"),
        (" ".join(["1x5000"] * 3), "more than"),
    ],
)
def test_what_is_wrong_is_said(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_series(text)
