"""Register maps from files: every one that comes along, and what is wrong in a site's own."""

import re
from pathlib import Path

import pytest
import yaml

from devices.profile import Profile, Register
from devices.profile_reading import plan
from gateway.located_yaml import ProblemsError
from gateway.profiles import BUILT_IN, load_profiles, read_profile
from gateway.serial.exchange import Cause
from gateway.serial_lines import BusDevice, LineFormat, SerialLine
from gateway.site import load_site
from tests.gateway.small_site import write_small_site
from tests.real import PROJECT

DOCUMENT = (PROJECT / "docs/serial.md").read_text()

OWN = """\
label: {vi: Thử, en: Test}
kind: soil
metrics:
  soil_ph: {address: 3, function: 3, unit: pH}
"""


@pytest.mark.parametrize("file", sorted(BUILT_IN.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_profile_that_comes_along_can_be_read(file: Path) -> None:
    assert plan(load_profiles()[file.stem])


def test_a_site_adds_its_own(tmp_path: Path) -> None:
    assert load_profiles(tmp_path) == load_profiles()
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "my-probe.yaml").write_text(OWN)
    assert load_profiles(tmp_path).keys() - load_profiles().keys() == {"my-probe"}


def test_both_endings_are_read_and_no_name_stands_twice(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "my-probe.yml").write_text(OWN)
    assert "my-probe" in load_profiles(tmp_path)
    (tmp_path / "profiles" / "my-probe.yaml").write_text(OWN)
    with pytest.raises(ProblemsError, match="there is a profile 'my-probe' already"):
        load_profiles(tmp_path)


def test_every_mistake_is_shown_where_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "a.yaml").write_text(
        OWN.replace("unit: pH", "unit: '%'") + "  soil_salt: {address: 1, function: 3}\n"
    )
    (folder / "b.yaml").write_text(OWN.replace("function: 3", "funktion: 3"))
    (folder / "c.yaml").write_text(OWN.replace("kind: soil", "kind: soul"))
    (folder / "soil-7in1.yaml").write_text(OWN)
    (folder / "Bad Name.yaml").write_text(OWN)
    with pytest.raises(ProblemsError) as error:
        load_profiles(tmp_path)
    said = [str(problem).removeprefix(f"{folder}/") for problem in error.value.problems]
    assert len(said) == 7
    for start, words in (
        ("Bad Name.yaml:1:1:", "lower-case"),
        ("a.yaml:4:44:", "soil_ph is in pH, not %"),
        ("a.yaml:5:14:", "no metric 'soil_salt'"),
        ("b.yaml:4:", "'function' is missing"),
        ("b.yaml:4:", "did you mean 'function'"),
        ("c.yaml:2:7:", "unknown kind 'soul'"),
        ("soil-7in1.yaml:1:1:", "already"),
    ):
        assert any(line.startswith(start) and words in line for line in said), (start, said)


def test_the_document_names_every_word_and_its_examples_work(tmp_path: Path) -> None:
    models = (Register, Profile, BusDevice, LineFormat, SerialLine)
    words = {name for model in models for name in model.model_fields}
    assert {word for word in words if not re.search(rf"\b{word}\b", DOCUMENT)} == set()
    assert {cause.value for cause in Cause if f"| `{cause.value}` |" not in DOCUMENT} == set()
    assert {name for name in load_profiles() if f"`{name}`" not in DOCUMENT} == set()
    site, profile = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)
    (tmp_path / "my-probe.yaml").write_text(profile)
    assert plan(read_profile(tmp_path / "my-probe.yaml"))
    write_small_site(tmp_path / "site")
    parsed = yaml.safe_load(site)
    write_small_site(tmp_path / "site", **parsed)
    assert len(load_site(tmp_path / "site").config.serial) == len(parsed["serial"])
