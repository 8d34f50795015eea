import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from gateway.cli.sim_commands import sim
from tests.real import Mosquitto, free_port

PROJECT = Path(__file__).parents[3]
TIMEOUT_S = 60.0
PROGRAM = "import typer; from gateway.cli.sim_commands import sim; typer.run(sim)"

SITE = {
    "site.yaml": """hamlet: khe-coc
place: {latitude: 21.72, longitude: 105.74, timezone: Asia/Ho_Chi_Minh}
""",
    "devices.yaml": "devices: [{id: weather-1, kind: weather, label: {vi: Trạm, en: Station}}]",
    "plots.yaml": "plots: []",
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name, content in SITE.items():
        (tmp_path / name).write_text(content)
    return tmp_path


def run(*words: str | Path) -> Result:
    app = typer.Typer()
    app.command()(sim)
    return CliRunner().invoke(app, [str(word) for word in words])


def test_load_prints_what_it_did(mosquitto: Mosquitto, site: Path) -> None:
    result = run(
        "--site", site, "--broker", mosquitto.url,
        "--devices", "50", "--rate", "200", "--kind", "pump", "--seconds", "1",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["sent"] == report["acknowledged"] > 0
    assert report.keys() == {"sent", "acknowledged", "seconds", "rate"}


def test_live_runs_until_it_is_interrupted_and_continues_from_its_state(
    mosquitto: Mosquitto, site: Path
) -> None:
    state = site / "world.json"
    seeds = []
    for seed in ("7", "8"):
        words: list[str | Path] = [
            "--site",
            site,
            "--broker",
            mosquitto.url,
            "--state",
            state,
            "--seed",
            seed,
        ]
        with subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words], cwd=PROJECT, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None
            greeting = process.stderr.readline()
            process.send_signal(signal.SIGINT)
            assert process.wait(TIMEOUT_S) == 0
            assert process.stderr.read() == ""
        assert greeting.startswith("1 devices of khe-coc")
        seeds.append(json.loads(state.read_text())["seed"])
    assert seeds == [7, 7]  # the saved world goes on, with its own weather


def test_live_ends_with_whoever_started_it(mosquitto: Mosquitto, site: Path) -> None:
    words = ["--site", str(site), "--broker", mosquitto.url, "--until-eof"]
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        assert process.stderr.readline().startswith("1 devices")
        process.stdin.write("what is written does not matter\n")
        process.stdin.flush()
        process.stdin.close()
        assert process.wait(TIMEOUT_S) == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--broker", "amqp://127.0.0.1"], "mqtt://127.0.0.1:1883"),
        (["--broker", "mqtt://me:secret@127.0.0.1"], "mqtt://127.0.0.1:1883"),
        (["--broker", "mqtt://127.0.0.1:port"], "port"),
        (["--devices", "3", "--kind", "toaster"], "toaster"),
        (["--state", "SITE/none/world.json"], "--state"),
        (["--state", "SITE/site.yaml"], "damaged"),
        (["--scenario", "SITE/devices.yaml"], "devices.yaml:1: unknown name 'devices'"),
        (["--site", "SITE/nowhere"], "--site"),
        (["--devices", "0"], "devices"),
    ],
)
def test_a_mistake_is_a_sentence_and_exit_status_two(
    site: Path, words: list[str], says: str
) -> None:
    result = run("--site", site, *(word.replace("SITE", str(site)) for word in words))
    assert result.exit_code == 2
    assert says in result.stderr
    assert "Traceback" not in result.output


def test_no_broker_is_a_sentence(site: Path) -> None:
    result = run("--site", site, "--broker", f"mqtt://127.0.0.1:{free_port()}")
    assert result.exit_code == 2
    assert "start one" in result.stderr
