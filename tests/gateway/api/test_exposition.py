from gateway.api.exposition import Family, Sample, expose


def test_the_format() -> None:
    families = [
        Family("a_total", "counter", "What\nis counted", (Sample(3, {"reason": 'a"\\b\n'}),)),
        Family(
            "b_seconds",
            "histogram",
            "Time",
            (
                Sample(1, {"le": "0.5"}, "_bucket"),
                Sample(2, {"le": "+Inf"}, "_bucket"),
                Sample(0.75, suffix="_sum"),
                Sample(2, suffix="_count"),
            ),
        ),
        Family("c", "gauge", "None yet", ()),
    ]
    assert expose(families).splitlines() == [
        "# HELP a_total What\\nis counted",
        "# TYPE a_total counter",
        'a_total{reason="a\\"\\\\b\\n"} 3',
        "# HELP b_seconds Time",
        "# TYPE b_seconds histogram",
        'b_seconds_bucket{le="0.5"} 1',
        'b_seconds_bucket{le="+Inf"} 2',
        "b_seconds_sum 0.75",
        "b_seconds_count 2",
        "# HELP c None yet",
        "# TYPE c gauge",
    ]


def test_values_that_are_no_numbers() -> None:
    samples = (Sample(float("inf")), Sample(float("-inf")), Sample(float("nan")))
    lines = expose([Family("a", "gauge", "A", samples)]).splitlines()
    assert lines[2:] == ["a +Inf", "a -Inf", "a NaN"]


def test_nothing_is_empty() -> None:
    assert expose([]) == ""
