"""The part of the API about rules: what they do, how they read, and how they are edited."""

from collections.abc import Awaitable

from fastapi import APIRouter
from starlette.responses import Response

from gateway.api.problems import Problem
from gateway.api.rule_shapes import (
    CheckRequest,
    DraftShape,
    FindingShape,
    ReloadShape,
    RuleDetailShape,
    RuleRequest,
    RuleShape,
)
from gateway.api.writing import REQUESTER, writers_only
from gateway.rule_texts import Draft, RuleEditError, RuleEditing, RuleText
from gateway.views import Views


def rule_routes(views: Views, rules: RuleEditing, token: str) -> APIRouter:
    """`/rules` and what belongs to it; whoever checks or edits shows the token."""
    router = APIRouter()
    writing = writers_only(views, token)

    @router.get("/rules")
    async def list_rules() -> list[RuleShape]:
        """The rules and how they are."""
        status = {one.rule: one for one in views.rules()}
        return [RuleShape.of(text, status.get(text.rule)) for text in rules.texts()]

    @router.get("/rules/{id}")
    async def rule(id: str) -> RuleDetailShape:
        """One rule with its text, what became of it and who edited it."""
        text = _found(rules, id)
        status = next((one for one in views.rules() if one.rule == id), None)
        return RuleDetailShape.of(text, status, await views.rule_past(id))

    @router.post("/rules/check", dependencies=writing)
    async def check(wanted: CheckRequest) -> DraftShape:
        """Look for mistakes, together with all other rules. Nothing changes."""
        try:
            return DraftShape.of(await rules.check(wanted.text, wanted.rule))
        except RuleEditError as error:
            raise Problem(409, str(error)) from None

    @router.post("/rules/reload", dependencies=writing)
    async def reload(response: Response) -> ReloadShape:
        """Take over the files as they are. With a mistake in one of them, the old rules go on."""
        problems = await rules.reload()
        response.status_code = 422 if problems else 200
        return ReloadShape(problems=[FindingShape.of_problem(one) for one in problems])

    @router.post("/rules", status_code=201, dependencies=writing)
    async def add(wanted: RuleRequest, response: Response) -> DraftShape:
        """Write a new rule, unless there are mistakes."""
        return await _save(rules, response, wanted, None)

    @router.put("/rules/{id}", dependencies=writing)
    async def save(id: str, wanted: RuleRequest, response: Response) -> DraftShape:
        """Write a rule anew, unless there are mistakes."""
        _found(rules, id)
        return await _save(rules, response, wanted, id)

    @router.delete("/rules/{id}", status_code=204, dependencies=writing)
    async def remove(id: str) -> None:
        """Take a rule out of its file. How it read stays in the journal."""
        _found(rules, id)
        await _carried_out(rules.remove(id, REQUESTER))

    @router.post("/rules/{id}/arm", status_code=204, dependencies=writing)
    async def arm(id: str) -> None:
        """Let the rule act."""
        _found(rules, id)
        await _carried_out(rules.arm(id, True, REQUESTER))

    @router.post("/rules/{id}/disarm", status_code=204, dependencies=writing)
    async def disarm(id: str) -> None:
        """Let the rule rest. What it alerted about is cleared."""
        _found(rules, id)
        await _carried_out(rules.arm(id, False, REQUESTER))

    return router


def _found(rules: RuleEditing, id: str) -> RuleText:
    text = rules.text(id)
    if text is None:
        raise Problem(404, f"There is no rule {id!r}.")
    return text


async def _save(
    rules: RuleEditing, response: Response, wanted: RuleRequest, id: str | None
) -> DraftShape:
    try:
        draft = await rules.save(wanted.text, REQUESTER, id, wanted.revision)
    except RuleEditError as error:
        raise Problem(409, str(error)) from None
    if not draft.saved:
        response.status_code = 422
    elif id is None:
        response.headers["Location"] = f"/api/v1/rules/{draft.rule}"
    return DraftShape.of(draft)


async def _carried_out(edit: Awaitable[Draft]) -> None:
    """Raises Problem when it was not."""
    try:
        draft = await edit
    except RuleEditError as error:
        raise Problem(409, str(error)) from None
    if not draft.saved:
        first = draft.findings[0]
        raise Problem(409, f"There is a mistake in {first.file or 'the rule'}: {first.message}")
