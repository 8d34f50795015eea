"""The number on packets of tea, as site.yaml says it."""

from pathlib import Path

import pytest

from gateway.located_yaml import ProblemsError
from tests.gateway.small_site import small_site


def test_a_gtin_is_kept_with_fourteen_digits(tmp_path: Path) -> None:
    site, _ = small_site(tmp_path, gtin="9506000134352")
    assert site.config.gtin == "09506000134352"


@pytest.mark.parametrize("wrong", ["9506000134353", "tea", 9506000134352])
def test_a_wrong_gtin_is_refused(tmp_path: Path, wrong: object) -> None:
    with pytest.raises(ProblemsError, match="gtin"):
        small_site(tmp_path, gtin=wrong)
