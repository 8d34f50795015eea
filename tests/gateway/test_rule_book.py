"""Rules that are edited while the gateway runs: in their files, by people, and at a signal."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.app import Gateway
from gateway.decisions import RuleEdit
from gateway.rule_texts import RuleEditError
from tests.gateway.ruled_site import DRY, WET, opened, tell_soil, write_site


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_site(tmp_path)


@pytest.fixture
async def gateway(file: Path) -> AsyncIterator[Gateway]:
    async with opened(file.parent.parent) as gateway:
        yield gateway


def content(file: Path) -> str:
    return file.read_text()


def write(file: Path, text: str) -> None:
    file.write_text(text)


def edit(file: Path) -> None:
    """Somebody at the machine changes the rule about dry soil."""
    write(file, content(file).replace("< 24", "< 23"))


def link(file: Path) -> Path:
    """The file is moved elsewhere, and a link put in its place; returns where it is."""
    target = file.parent.parent / "elsewhere.txt"
    file.rename(target)
    target.chmod(0o640)
    file.symlink_to(target)
    return target


def mode(file: Path) -> int:
    assert not file.is_symlink()
    return stat.S_IMODE(file.stat().st_mode)


def block(file: Path) -> None:
    """Something stands where a new file would be written."""
    file.with_name(f"{file.name}.draft").mkdir()


async def edits(gateway: Gateway, rule: str) -> list[tuple[RuleEdit, str]]:
    """What was done to a rule, and by whom, newest first."""
    await gateway.committer.commit()
    versions = await asyncio.to_thread(gateway.reader.rule_versions, rule, 10)
    return [(version.edit, version.by) for version in versions]


async def test_a_rule_is_saved_in_its_file_and_taken_over(gateway: Gateway, file: Path) -> None:
    tell_soil(gateway, 1, 20)
    assert len(gateway.pipeline.engines.alerts.open_alerts()) == 1
    text = gateway.rules.text("dry")
    assert text
    assert text.text == DRY
    draft = await gateway.rules.save(
        DRY.replace("< 24", "< 10"), "person:Lan", "dry", text.revision
    )
    assert draft.saved
    assert content(file) == f"{DRY}\n{WET}".replace("< 24", "< 10")
    assert gateway.pipeline.engines.alerts.open_alerts() == []
    assert await edits(gateway, "dry") == [
        (RuleEdit.EDITED, "person:Lan"),
        (RuleEdit.ADDED, "file"),
    ]


async def test_only_who_edited_a_rule_is_named(gateway: Gateway, file: Path) -> None:
    write(file, content(file).replace("> 60", "> 70"))
    await gateway.rules.save(DRY.replace("< 24", "< 10"), "person:Lan", "dry")
    assert (await edits(gateway, "dry"))[0] == (RuleEdit.EDITED, "person:Lan")
    assert (await edits(gateway, "wet"))[0] == (RuleEdit.EDITED, "file")


async def test_a_rule_with_a_mistake_changes_nothing(gateway: Gateway, file: Path) -> None:
    before = content(file)
    draft = await gateway.rules.save(DRY.replace("soil_moisture", "soil_moistur"), "p", "dry")
    assert not draft.saved
    [finding] = draft.findings
    assert (finding.line, finding.column, finding.file) == (5, 9, None)
    assert "soil_moisture_pct" in finding.message
    assert content(file) == before


async def test_a_mistake_elsewhere_is_told_with_its_file(gateway: Gateway, file: Path) -> None:
    write(file.parent / "other.yaml", "- rule: other\n")
    draft = await gateway.rules.save(DRY, "p", "dry")
    assert not draft.sound
    assert {finding.file for finding in draft.findings} == {"other.yaml"}


async def test_a_new_rule_gets_a_file_of_its_own(gateway: Gateway, file: Path) -> None:
    text = WET.replace("rule: wet", "rule: soaked")
    assert (await gateway.rules.save(text, "p")).saved
    assert content(file.parent / "soaked.yaml") == text
    assert [rule.rule for rule in gateway.rules.texts()] == ["soaked", "dry", "wet"]
    again = await gateway.rules.save(text, "p")
    assert "already" in again.findings[0].message


@pytest.mark.parametrize("id", ["../../outside", "/outside", "a b", "X", "x" * 300, '"\\0"'])
async def test_an_id_leads_nowhere_else(gateway: Gateway, file: Path, id: str) -> None:
    draft = await gateway.rules.save(WET.replace("rule: wet", f"rule: {id}"), "p")
    assert not draft.saved
    assert {finding.file for finding in draft.findings} == {None}
    assert "must be lower-case letters" in draft.findings[0].message


async def test_nobody_undoes_what_another_one_did(gateway: Gateway, file: Path) -> None:
    text = gateway.rules.text("dry")
    assert text
    edit(file)
    with pytest.raises(RuleEditError, match="Somebody else"):
        await gateway.rules.save(DRY.replace("< 24", "< 10"), "p", "dry", text.revision)
    assert "< 23" in content(file)


async def test_a_rule_is_disarmed_and_armed(gateway: Gateway, file: Path) -> None:
    tell_soil(gateway, 1, 20)
    await gateway.rules.arm("dry", False, "person:Lan")
    assert "armed: false" in content(file)
    assert gateway.pipeline.engines.alerts.open_alerts() == []
    text = gateway.rules.text("dry")
    assert text
    assert not text.armed
    await gateway.rules.arm("dry", True, "person:Minh")
    assert len(gateway.pipeline.engines.alerts.open_alerts()) == 1
    assert await edits(gateway, "dry") == [
        (RuleEdit.ARMED, "person:Minh"),
        (RuleEdit.DISARMED, "person:Lan"),
        (RuleEdit.ADDED, "file"),
    ]


async def test_files_are_taken_over_only_when_all_are_sound(gateway: Gateway, file: Path) -> None:
    tell_soil(gateway, 1, 20)
    write(file, WET + "- rule: broken\n")
    problems = await gateway.rules.reload()
    assert {problem.file.name for problem in problems} == {"tea.yaml"}
    assert gateway.rules.problems == problems
    alerts = {alert.source: alert for alert in gateway.pipeline.engines.alerts.open_alerts()}
    assert set(alerts) == {"rule:dry", "gateway:rules-refused"}
    assert "tea.yaml:7:3" in alerts["gateway:rules-refused"].message.en
    write(file, WET)
    assert await gateway.rules.reload() == ()
    assert gateway.pipeline.engines.alerts.open_alerts() == []
    assert await edits(gateway, "dry") == [(RuleEdit.REMOVED, "file"), (RuleEdit.ADDED, "file")]


async def test_what_was_edited_while_the_gateway_was_stopped_is_noted(file: Path) -> None:
    async with opened(file.parent.parent):
        pass
    edit(file)
    async with opened(file.parent.parent) as gateway:
        assert len(await edits(gateway, "dry")) == 2
        assert len(await edits(gateway, "wet")) == 1


async def test_a_file_keeps_its_mode_and_a_link_its_target(gateway: Gateway, file: Path) -> None:
    target = link(file)
    assert (await gateway.rules.save(DRY.replace("< 24", "< 23"), "p", "dry")).saved
    assert "< 23" in content(file)
    assert "< 23" in content(target)
    assert mode(target) == 0o640


async def test_a_folder_that_cannot_be_written_is_told(gateway: Gateway, file: Path) -> None:
    block(file)
    with pytest.raises(RuleEditError, match="old rules go on"):
        await gateway.rules.save(DRY.replace("< 24", "< 23"), "p", "dry")
    text = gateway.rules.text("dry")
    assert text
    assert text.text == DRY


@pytest.mark.parametrize("target", ["/dev/zero", "pipe"])
async def test_what_is_no_file_is_not_read_for_a_new_rule(
    gateway: Gateway, file: Path, target: str
) -> None:
    os.mkfifo(file.with_name("pipe"))
    file.with_name("dusty.yaml").symlink_to(target)
    with pytest.raises(RuleEditError, match=r"dusty\.yaml cannot be read: is no file"):
        await gateway.rules.check(DRY.replace("rule: dry", "rule: dusty"))


async def test_rules_in_brackets_are_shown_but_not_edited(tmp_path: Path) -> None:
    file = write_site(tmp_path)
    write(
        file,
        '[{"rule": "dry", "label": "x", "on": {"kind": "soil"}, "when": "soil_ph < 3",'
        ' "then": [{"alert": {"severity": "info"}}]}]',
    )
    async with opened(tmp_path) as gateway:
        text = gateway.rules.text("dry")
        assert text
        assert not text.editable
        assert text.text.startswith("- {")
        with pytest.raises(RuleEditError, match="brackets"):
            await gateway.rules.arm("dry", False, "p")
