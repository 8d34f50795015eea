"""`hamlet clock …`: the time by the running gateway, and a person's word that it is right."""

import json
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from gateway.api.app import API
from gateway.app import SiteError
from gateway.assembly import read_site
from gateway.cli.complaints import complaints
from gateway.cli.web import TOKEN_FILE
from gateway.site import Site

TIMEOUT_S = 15.0
ANY_HOST = frozenset({"0.0.0.0", "::", ""})  # noqa: S104  # compared, not listened on

clock = typer.Typer(help="The time, as the running gateway knows it.", no_args_is_help=True)
_Site = Annotated[Path, typer.Option(exists=True, file_okay=False, help="The site's folder.")]
_Port = Annotated[
    int | None,
    typer.Option(min=1, max=65535, help="Port of its page, when it is not that of site.yaml."),
]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON; times are epoch ms.")]


@clock.command()
def show(site: _Site = Path("site"), port: _Port = None, as_json: _Json = False) -> None:
    """Show the gateway's time and the machine's. The exit status is 1 when they are not sure."""
    with complaints():
        checked, _ = read_site(site)
        state = _ask(checked, port, "GET", "clock")
    _say(checked, state, as_json=as_json)
    if not (state["trusted"] and state["agrees"]):
        raise typer.Exit(1)


@clock.command()
def trust(site: _Site = Path("site"), port: _Port = None, as_json: _Json = False) -> None:
    """Tell the gateway that date and time of this machine are right.

    What it received while it did not know the time gets its true time from that.
    """
    with complaints():
        checked, _ = read_site(site)
        state = _ask(checked, port, "POST", "clock/trust")
    _say(checked, state, as_json=as_json)


def _ask(site: Site, port: int | None, method: str, path: str) -> dict[str, Any]:
    """The answer of the gateway that runs. Raises SiteError."""
    web = site.config.web
    port = port or web.port
    host = "127.0.0.1" if web.host in ANY_HOST else web.host
    try:
        token = (site.data / TOKEN_FILE).read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        connection = HTTPConnection(host, port, timeout=TIMEOUT_S)
        try:
            connection.request(method, f"{API}/{path}", headers=headers)
            answer = connection.getresponse()
            body = json.loads(answer.read())
        finally:
            connection.close()
    except (OSError, HTTPException, ValueError) as error:
        raise SiteError(
            f"no gateway of this site answers at {host}:{port} ({error}); is it running? "
            "One that shows its page on another port is asked with --port"
        ) from None
    if not isinstance(body, dict) or not body.keys() & {"own", "detail"}:
        raise SiteError(f"what answers at {host}:{port} is no gateway")
    if answer.status != 200:
        raise SiteError(f"the gateway refused: {body.get('detail', answer.reason)}")
    return body


def _say(site: Site, state: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(state))
        return
    zone = ZoneInfo(site.config.place.timezone)
    for name, key in (("gateway", "own"), ("machine", "wall")):
        shown = datetime.fromtimestamp(state[key] / 1000, zone).isoformat(" ", "seconds")
        print(f"{name}: {shown}")
    if not state["trusted"]:
        print("The gateway does not know the time; what it shows is a lower bound.")
    elif not state["agrees"]:
        print("The gateway keeps its own time. If the machine is right: hamlet clock trust")
    else:
        print("They agree.")
