"""Routes of what citizens do with service items, and of what is known of them."""

from __future__ import annotations

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from apps.portal.addresses import address_of
from apps.portal.limits import Budget
from apps.portal.profile_wire import (
    FactsAsked,
    InteractionsKept,
    InteractionsSent,
    ProfileChanges,
    ProfileShown,
    asked,
    one_or_some,
    shown,
)
from apps.portal.requests import json_body, read_body
from apps.portal.services import Services, ServicesOf, limited
from apps.portal.wire import errors
from core.citizens.facts import FACTS
from recommender.models import Interaction

router = APIRouter(prefix="/api", tags=["profile"])


@router.post(
    "/interactions",
    response_model=InteractionsKept,
    dependencies=[limited(Budget.INTERACTIONS)],
    responses=errors(400, 403, 404, 408, 413, 415, 422, 429, 503),
    openapi_extra=one_or_some(),
)
async def interact(request: Request, response: Response, services: ServicesOf) -> InteractionsKept:
    """Keeps what was done, or all of a list or nothing; an event that is sent again counts once.

    Without `personalize` nothing is linked to the citizen. `ask` and `push_open` are ours alone to say.
    """
    sent = (await read_body(request, InteractionsSent)).root
    citizen = services.cookies.conversation(request) or ""
    events = [one.interaction() for one in sent]
    personal = await run_sync(_keep, services, citizen, events, address_of(request))
    if personal:
        # What is kept of a citizen lives as long as the cookie by which they can take it back.
        services.cookies.put(request, response, citizen)
    return InteractionsKept(kept=len(events), personal=personal)


@router.get("/profile", responses=errors(503))
def profile(request: Request, services: ServicesOf) -> ProfileShown:
    """What is known of this browser's citizen."""
    return shown(services.suggesting.profiles.profile(services.cookies.conversation(request) or ""))


@router.get("/profile/facts")
def facts() -> FactsAsked:
    """What a citizen may tell."""
    return FactsAsked(facts=[asked(one) for one in FACTS.values() if not one.sensitive])


@router.put(
    "/profile",
    response_model=ProfileShown,
    dependencies=[limited(Budget.PERSONAL)],
    responses=errors(400, 403, 408, 409, 413, 415, 422, 429, 503),
    openapi_extra=json_body(ProfileChanges),
)
async def change(request: Request, response: Response, services: ServicesOf) -> ProfileShown:
    """Tells facts and life events, which needs `profile_facts`; forgets what was learned; undoes."""
    changes = (await read_body(request, ProfileChanges)).changes()
    citizen = services.cookies.ensure(request)
    changed = await run_sync(services.suggesting.profiles.change, citizen, changes)
    services.cookies.put(request, response, citizen)
    return shown(changed)


def _keep(services: Services, citizen: str, events: list[Interaction], address: str) -> bool:
    return services.suggesting.interactions.add(citizen, events, address=address)
