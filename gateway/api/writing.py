"""The part of the API that makes something happen; every request shows the token."""

import uuid
from typing import Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from devices.command import CommandRefusedError
from gateway.api.actions import Actions
from gateway.api.device_reading import row_of
from gateway.api.problems import Problem
from gateway.api.security import require_token
from gateway.api.shapes import ClockShape, CommandRequest, CommandShape
from gateway.clock import Millis
from gateway.decisions import CommandAsked, CommandState
from gateway.views import Views

REQUESTER = "person:api"


def writers_only(views: Views, token: str) -> list[Any]:
    """Dependencies that let only those pass who show the token, and only while something can be
    written."""

    async def require_journal() -> None:
        if not views.condition().journal_ok:
            raise Problem(
                503,
                "Nothing was done: the journal cannot be written at present. The gateway's log "
                "says why; try again when the disk is mended.",
            )

    return [Depends(require_token(token)), Depends(require_journal)]


def writing_routes(views: Views, actions: Actions, token: str) -> APIRouter:
    """POST for commands, adopting, acknowledging and the clock."""

    router = APIRouter(dependencies=writers_only(views, token))

    @router.post("/devices/{id}/commands", status_code=202)
    async def ask_command(id: str, wanted: CommandRequest, response: Response) -> CommandShape:
        """Tell a device to do something. Refused before sending when it cannot do it."""
        try:
            row_of(views, id).kind.check_command(wanted.command, wanted.args)
        except CommandRefusedError as error:
            raise Problem(422, str(error)) from None
        command = await actions.ask_command(_asked(id, wanted, views.now))
        if command.state is CommandState.REFUSED:
            raise Problem(409, command.error or "The command was refused.")
        response.headers["Location"] = f"/api/v1/commands/{command.id}"
        return CommandShape.of(command)

    @router.post("/devices/{id}/adopt", status_code=204)
    async def adopt(id: str) -> None:
        """Take a new device into the hamlet."""
        if not await actions.adopt(id):
            raise Problem(404, f"No new device {id!r} waits to be adopted.")

    @router.post("/alerts/{id}/acknowledge", status_code=204)
    async def acknowledge(id: str) -> None:
        """Say that somebody has seen an alert."""
        if not await actions.acknowledge(id):
            raise Problem(404, f"There is no open alert {id!r}.")

    @router.post("/clock/trust")
    async def trust_clock() -> ClockShape:
        """Say that the date and time of the machine are right."""
        await actions.trust_clock()
        return ClockShape.of(views.condition().clock)

    return router


def _asked(id: str, wanted: CommandRequest, now: Millis) -> CommandAsked:
    return CommandAsked(
        key=wanted.id or uuid.uuid4().hex,
        device=id,
        command=wanted.command,
        args=wanted.args,
        requester=REQUESTER,
        at=now,
        expires_at=now + wanted.expires_in_s * 1000,
    )
