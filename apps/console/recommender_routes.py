"""The page of the recommender's model: which one serves, how good it is, those before it; train, go back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from anyio.to_thread import run_sync
from starlette.responses import RedirectResponse, Response

from apps.console.guard import Visit, guarded
from apps.console.pages import Pages
from core.commands import Denied, Permission
from core.database.engine import reading
from core.errors import NotFound
from core.jobs.schedules import planned
from recommender.training.commands import ROLL_BACK, SCHEDULE, TRAIN
from recommender.training.health import ModelTrouble, trouble_of
from recommender.training.kept import in_use, models
from recommender.training.models import StoredModel

_SHOWN: Final = 30
_DONE: Final = {
    "train": "已排队，由工作进程训练；进度见“任务”。",
    "rollback": "已改用更早的模型，各进程几秒内生效。",
}
_AGAINST: Final = {"model": "本模型", "popularity": "热门事项", "in_use": "当时使用的模型"}


@dataclass(frozen=True)
class _Shown:
    """What a page tells."""

    used: StoredModel | None
    trouble: ModelTrouble | None
    models: list[StoredModel]
    next_at: datetime | None
    can_go_back: bool


async def show(visit: Visit) -> Response:
    """The model in use and the latest ones."""
    return await _page(visit)


async def _page(visit: Visit, *, error: str = "") -> Response:
    _require_rights(visit)
    shown = await run_sync(_read, visit)
    pages: Pages = visit.request.app.state.pages
    return pages.page(
        "recommender.html",
        visit.session,
        status=400 if error else 200,
        error=error,
        done=_DONE.get(visit.request.query_params.get("done", ""), ""),
        used=shown.used,
        trouble=shown.trouble,
        models=[(one, _figures(one.card)) for one in shown.models],
        can_go_back=shown.can_go_back,
        next_at=shown.next_at,
    )


async def train(visit: Visit) -> Response:
    """Puts the job in."""
    _require_rights(visit)
    services = visit.services
    number = await run_sync(services.commands.run, visit.session.actor, TRAIN, {})
    await run_sync(services.waker.wake, number)
    return RedirectResponse("/recommender?done=train", status_code=303)


async def roll_back(visit: Visit) -> Response:
    """Uses the model before."""
    _require_rights(visit)
    try:
        await run_sync(visit.services.commands.run, visit.session.actor, ROLL_BACK, {})
    except NotFound as error:
        return await _page(visit, error=error.public_message)
    return RedirectResponse("/recommender?done=rollback", status_code=303)


def _require_rights(visit: Visit) -> None:
    """The model is of all agencies."""
    if not visit.session.actor.may(Permission.JOBS, None):
        raise Denied(f"{visit.session.account.login} may not see the model")


def _read(visit: Visit) -> _Shown:
    services = visit.services
    now, days = services.clock.now(), services.model_days
    with reading(services.engine) as connection:
        next_at = [one.next_at for one in planned(connection) if one.schedule.name == SCHEDULE]
        used, shown = in_use(connection), models(connection, _SHOWN)
        before = [one for one in shown if used is None or one.number < used.number]
        return _Shown(
            used=used,
            trouble=trouble_of(connection, now, days),
            models=shown,
            next_at=next_at[0] if next_at else None,
            can_go_back=any(one.can_serve and not one.is_expired(now, days) for one in before),
        )


def _figures(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """By labels; those on what only the model in use had not seen come after the others."""
    parts = (("", card), ("（其训练之后）", card.get("since_in_use", {})))
    return [
        (f"{_AGAINST.get(name, name)}{since}", f"{one['mean']:.3f}（{one['low']:.3f}–{one['high']:.3f}）")
        for since, part in parts
        for name, one in part.get("metrics", {}).get("ndcg@5", {}).items()
    ]


ROUTES = (
    guarded("/recommender", show, Permission.JOBS),
    guarded("/recommender/train", train, Permission.JOBS, "POST"),
    guarded("/recommender/rollback", roll_back, Permission.JOBS, "POST"),
)
