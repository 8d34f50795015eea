"""Rules edited in their files are taken over at a signal, and what follows survives a power cut."""

from pathlib import Path

from tests.real import free_port
from tests.system.conftest import StartGateway
from tests.system.gateway_process import device, dump, rule, write_site

SILENT = rule("quiet", on={"device": "probe"}, silent="1s", then=[{"alert": {"severity": "info"}}])
STATES = "SELECT state FROM rule_state WHERE rule = 'quiet'"
EDITS = "SELECT edit FROM rule_version WHERE rule = 'quiet' ORDER BY at"


def test_edited_rules_are_taken_over_at_a_signal(
    tmp_path: Path, make_gateway: StartGateway
) -> None:
    site = tmp_path / "site"
    port = write_site(
        site,
        {"url": f"mqtt://127.0.0.1:{free_port()}"},
        devices=[device("probe", "soil")],
    )
    rules = site / "rules" / "rules.yaml"
    gateway = make_gateway(site, port)
    gateway.start(connected=False)

    dump(rules, [SILENT])
    gateway.hang_up()
    gateway.wait_until(lambda: gateway.ask(STATES) == [("firing",)])

    dump(rules, [{**SILENT, "silent": "-1s"}])  # a mistake: the old rule goes on
    gateway.hang_up()
    refused = "SELECT 1 FROM alert WHERE source = 'gateway:rules-refused' AND resolved_at IS NULL"
    gateway.wait_until(lambda: gateway.ask(refused))
    assert gateway.ask(STATES) == [("firing",)]

    dump(rules, [])
    gateway.hang_up()
    gateway.wait_until(lambda: gateway.ask(EDITS) == [("added",), ("removed",)])
    gateway.kill()  # what is in the journal is there as a whole
    assert gateway.ask(STATES) == [("inactive",)]
    assert gateway.ask("SELECT count(*) FROM alert WHERE resolved_at IS NULL") == [(0,)]
    gateway.start(connected=False)
    assert gateway.ask(EDITS) == [("added",), ("removed",)]
    assert gateway.stop() == 0
