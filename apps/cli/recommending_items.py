"""`weizheng recommender recommend` and `explain`: what a citizen would be offered, and why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apps.cli.operating import opened
from core.settings import load_settings

if TYPE_CHECKING:
    from core.catalogue.rules import Scalar
    from core.clock import Clock
    from recommender.models import CitizenState, Recommendation
    from recommender.serving.opening import Serving

MOST = 50
Citizen = Annotated[str, typer.Option(help="Id of the citizen.", show_default=False)]
Facts = Annotated[
    str, typer.Option(help='In place of a citizen: facts as JSON, such as {"age": 83}.', show_default=False)
]
Asked = Annotated[
    list[str] | None,
    typer.Option(help="In place of a citizen: id of an item that was asked about.", show_default=False),
]
Event = Annotated[
    list[str] | None, typer.Option(help="In place of a citizen: a life event.", show_default=False)
]
RegionCode = Annotated[
    str,
    typer.Option(help="Six-digit code of the district; else the citizen's own choice.", show_default=False),
]
Source = Annotated[list[str] | None, typer.Option(help="This source alone.", show_default=False)]
Count = Annotated[int, typer.Option("-k", help="At most so many items.", min=1, max=MOST)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def register(group: typer.Typer) -> None:
    """Puts the commands of this module into the group."""
    group.command()(recommend)
    group.command()(explain)


def recommend(
    citizen: Citizen = "",
    facts: Facts = "",
    asked: Asked = None,
    event: Event = None,
    region: RegionCode = "",
    source: Source = None,
    k: Count = 5,
    as_json: Json = False,
) -> None:
    """What a citizen is offered now, with the reasons; without anything known what is popular.

    Example: weizheng recommender recommend --asked ybj-xse --facts '{"children": 1}'
    """
    with _serving() as (serving, clock, chosen):
        given = Given(citizen, facts, asked or (), event or (), region or chosen(citizen) or "")
        state = _state(serving, clock, given)
        found = serving.recommender.recommend(
            state, k, clock.today(), clock.now(), only_sources=_only(source)
        )
    if as_json:
        told = {
            "items": [_plain(one) for one in found.items],
            "personalized": found.personalized,
            "model": found.model,
        }
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for one in found.items:
        typer.echo(f"{one.item.external_id}  {one.item.name}  [{one.source}] {one.reason}")
        typer.echo(f"  {one.assessment.text}")


def explain(
    citizen: Citizen = "",
    facts: Facts = "",
    asked: Asked = None,
    event: Event = None,
    region: RegionCode = "",
    source: Source = None,
    k: Count = 5,
    as_json: Json = False,
) -> None:
    """The same step by step: what is kept away and why, what each source says, what it adds up to.

    Example: weizheng recommender explain --event 出生 --json
    """
    from recommender.serving.explaining import explained

    with _serving() as (serving, clock, chosen):
        given = Given(citizen, facts, asked or (), event or (), region or chosen(citizen) or "")
        state = _state(serving, clock, given)
        course = serving.recommender.course(state, k, clock.today(), clock.now(), only_sources=_only(source))
        told = explained(serving.recommender, course)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for line in _lines(told):
        typer.echo(line)


@dataclass(frozen=True)
class Given:
    """What the command says of the citizen."""

    citizen: str
    facts: str
    asked: Sequence[str]
    events: Sequence[str]
    region: str


@contextmanager
def _serving() -> Iterator[tuple[Serving, Clock, Callable[[str], str | None]]]:
    """Serving, the time, and the district that a citizen chose in the conversation."""
    from apps.recommending import serving
    from core.citizens.conversations import Conversations
    from core.clock import SystemClock

    settings = load_settings()
    with opened() as engine:
        clock = SystemClock(settings.zone)
        yield serving(settings, engine, clock), clock, Conversations(engine, clock).region


def _state(serving: Serving, clock: Clock, given: Given) -> CitizenState:
    from core.errors import BadInput
    from recommender.models import CitizenState

    region = given.region or None
    if region is not None and serving.items.region_name(region) is None:
        raise BadInput(f"--region {region}: the catalogue knows no such region. 没有这个地区。")
    made_up = bool(given.facts or given.asked or given.events)
    if given.citizen and made_up:
        raise BadInput("--citizen or --facts, --asked and --event, not both. 两者只能选一。")
    if given.citizen:
        return serving.profiles.state(given.citizen, region)
    return CitizenState(
        personalized=made_up,
        facts=_facts(given.facts),
        life_events=tuple(given.events),
        recent=tuple(_asked(serving, clock, given.asked)),
        region=region,
    )


def _facts(text: str) -> dict[str, Scalar]:
    from core.citizens.facts import checked
    from core.errors import BadInput

    try:
        told = json.loads(text or "{}")
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise BadInput('--facts: a JSON object such as {"age": 83}. 应为 JSON 对象。')
    return {name: checked(name, value) for name, value in told.items()}


def _asked(serving: Serving, clock: Clock, asked: Sequence[str]) -> Iterator[Any]:
    from core.errors import NotFound
    from recommender.models import Interaction, InteractionType, Origin

    known = {item.external_id: item.id for item in serving.items.all().values()}
    for name in asked:
        if name not in known:
            raise NotFound(f"{name}: no such service item is published. 没有这个已发布的事项。")
        yield Interaction(f"cli {name}", known[name], InteractionType.ASK, Origin.SERVER, clock.now())


def _only(source: Sequence[str] | None) -> Sequence[str] | None:
    from core.errors import BadInput
    from recommender.serving.recipe import SOURCES

    if source and set(source) - set(SOURCES):
        raise BadInput(f"--source: {', '.join(SOURCES)}. 没有这个来源。")
    return source or None


def _plain(one: Recommendation) -> dict[str, Any]:
    return {
        "item_id": one.item.id,
        "external_id": one.item.external_id,
        "name": one.item.name,
        "agency": one.item.agency,
        "theme": one.item.theme,
        "source": one.source,
        "reason": one.reason,
        "score": round(one.score, 4),
        "eligibility": {**asdict(one.assessment.verdict), "text": one.assessment.text},
    }


def _lines(told: dict[str, Any]) -> Iterator[str]:
    yield f"items {told['items']}  personalized {told['personalized']}  model {told['model']}"
    for name, away in told["excluded"].items():
        yield f"excluded {name}: {away['n']}  {' '.join(away['first'])}".rstrip()
    for name, source in told["sources"].items():
        best = "  ".join(f"{one['external_id']} {one['score']:g}" for one in source["best"])
        yield f"source {name}: {source['n']}  {best}"
    for one in told["chosen"]:
        adds = "  ".join(f"{name} {share:g}" for name, share in one["adds"].items())
        named = f"{one['external_id']}  {one['name']}  [{one['source']}] {one['reason']}"
        yield f"{one['score']:g}  {named}  {adds}".rstrip()
