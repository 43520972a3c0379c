"""*Client sync* → *Add clients*, *Reconnect all*, *Reassign clients*: starts the run and leads to the sign-in."""

import secrets
from typing import Annotated
from uuid import UUID

from fastapi import Form, Path, Request, Response

from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import RunKind
from web.kit.authentication import Door
from web.kit.confirmations import go
from web.kit.rendering import FORM_KEY, leave
from web.kit.viewing import Viewer, page_router
from web.pages.runs import drafts, expected, taking_over
from web.pages.runs.expected import ClientsField, NamesField
from web.pages.runs.regions import RegionField, question

router = page_router()

ProviderName = Annotated[str, Path(max_length=20)]
Key = Annotated[str, Form(alias=FORM_KEY, max_length=64, pattern=r"^[\w-]*$")]


@router.post("/client-sync/{provider}/{kind}")
async def start(
    request: Request,
    door: Door,
    viewer: Viewer,
    provider: ProviderName,
    kind: RunKind,
    key: Key = "",
    moves_healthy: Annotated[bool, Form(alias="all")] = False,
    region: RegionField = "",
    client: Annotated[UUID | None, Form()] = None,
    names: NamesField = "",
    client_ids: ClientsField = [],  # noqa: B006  # as the framework has it
    listed: Annotated[bool, Form()] = False,
    takes_over: Annotated[bool, Form()] = False,
) -> Response:
    """Start a run, for one client without a connection if it says so, and lead to the provider's sign-in.

    A form that was sent before leads to its run.
    """
    key = key or secrets.token_urlsafe(18)
    fields = {FORM_KEY: key} | ({"all": "true"} if moves_healthy else {})
    fields |= {"client": str(client)} if client else {}
    if asked := await question(request, door, viewer, provider, region, fields=fields):
        return asked
    is_one_by_one = kind is RunKind.ADD_CLIENTS and not door.software.allow_words(provider).joins_many
    if is_one_by_one and not listed and client is None:
        return await expected.question(request, door, viewer, provider, fields=fields | {"region": region})
    if kind is RunKind.REASSIGN_CLIENTS and door.software.allow_words(provider).takes_over:
        problem = taking_over.NOT_AGREED if not takes_over else None if client_ids else taking_over.NOT_CHOSEN
        if problem:
            return await taking_over.question(
                request,
                door,
                viewer,
                provider,
                fields=fields | {"region": region},
                ticked=client_ids,
                problem=problem if listed else None,
            )
    wanted = [*client_ids, *([client] if client and is_one_by_one else [])]
    try:
        started = await door.client_sync.press(
            viewer.actor,
            kind,
            provider,
            key,
            moves_healthy=moves_healthy,
            region=region,
            names=(names,) if names.strip() else (),
            client_ids=wanted,
            takes_over=takes_over,
        )
    except Refused as refused:
        if not listed or refused.refusal.code not in {RefusalCode.INVALID, RefusalCode.UNKNOWN_CLIENT}:
            raise
        fields |= {"region": region}
        return await expected.question(request, door, viewer, provider, fields=fields, names=names, refused=refused)
    if kind is RunKind.ADD_CLIENTS:
        await door.choices.begin(viewer.actor, started.run_id, drafts.begun_for(client))
    if started.authorize_url is None:
        return go(f"/activity/{started.run_id}")
    allow, to_allow = door.software.allow_words(provider), await door.runs.to_allow_again(viewer.actor, started.run_id)
    return leave(request, started.authorize_url, allow.title, allow, to_allow)
