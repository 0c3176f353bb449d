"""`demo simulate`: makes the city, brings it in or takes it out, and says what it is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Console

from apps.cli.importing import progress_bar
from apps.cli.installation import ensure_home, one_at_a_time, opened_database
from core.clock import SystemClock
from core.errors import BadInput
from core.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from recommender.simulation.account import Account, Brought
    from recommender.simulation.parameters import CityParameters

ACCOUNT = "simulated.jsonl"
WARNING = "合成数据，仅供演示和测试，不是真实市民。 Made-up citizens, for demonstration and tests only."


def bring(
    settings: Settings, console: Console, citizens: int, days: int, seed: int, *, null: bool
) -> dict[str, Any]:
    """Bring a city in, or the rest of it.

    Raises:
        BadInput: The catalogue is not the demonstration city, real citizens are there, or another city was
            brought in.
    """
    from core.citizens.notice import load_notice
    from recommender.simulation.account import Account, Brought
    from recommender.simulation.city import generate
    from recommender.simulation.fingerprint import fingerprint
    from recommender.simulation.installed import demonstration
    from recommender.simulation.null import without_structure
    from recommender.simulation.parameters import CityParameters
    from recommender.simulation.rows import Rows
    from recommender.simulation.settling import Settlement

    ensure_home(settings)
    today = SystemClock().today()
    asked = CityParameters(citizens=citizens, days=days, seed=seed, start=today - timedelta(days=days))
    with opened_database(settings) as engine, one_at_a_time(settings.run_dir / "simulate.lock"):
        ground = demonstration(engine, today)
        _require_no_real_one(engine)
        console.print(f"[yellow]{WARNING}[/]", highlight=False, soft_wrap=True)
        account = Account(settings.home / ACCOUNT)
        begun = _begun(account, asked, null=null)
        city = generate(ground.items, ground.regions, begun.parameters if begun else asked)
        if null:
            city = without_structure(city)
        brought = Brought(city.parameters, null, fingerprint(city))
        if begun is None:
            _require_nobody(engine)
            account.open(brought)
        elif begun != brought:
            raise BadInput(
                "the catalogue has changed since: take the made-up citizens out first"
                " (weizheng demo simulate --clear). 目录已变化，请先清除合成市民。"
            )
        notice = load_notice(city=settings.city_name, hotline=settings.hotline, days=settings.transcript_days)
        with progress_bar(console, "合成市民 made-up citizens") as on_progress:
            rows = Rows(city, ground.sensitive, notice.version)
            new = Settlement(engine, rows, account).settle(on_progress)
    text = f"{new} made-up citizens brought in, {len(city.steps)} interactions in all. 已装入合成市民。"
    return {**brought.as_json(), "synthetic": True, "new": new, "interactions": len(city.steps), "text": text}


def _begun(account: Account, asked: CityParameters, *, null: bool) -> Brought | None:
    """The same city, if it was begun before; it still ends on the day before that.

    Raises:
        BadInput: It is another one.
    """
    begun = account.brought()
    if begun is not None and not begun.is_asked_for(asked, null=null):
        told = begun.parameters
        raise BadInput(
            f"another made-up city is there (--citizens {told.citizens} --days {told.days} --seed {told.seed}"
            f"{' --null' if begun.null else ''}): take it out first (weizheng demo simulate --clear)."
            " 已有另一批合成市民，请先清除。"
        )
    return begun


def _require_no_real_one(engine: Engine) -> None:
    from core.database.engine import reading
    from recommender.simulation.marks import has_real_citizens

    with reading(engine) as connection:
        if has_real_citizens(connection):
            raise BadInput(
                "citizens are there who are not made up, and would be recommended what made-up ones do: bring"
                " the city into a folder of its own (WEIZHENG_HOME). 已有真实市民，不能装入合成市民。"
            )


def _require_nobody(engine: Engine) -> None:
    from core.database.engine import reading
    from recommender.simulation.marks import made_up_citizens

    with reading(engine) as connection:
        if made_up_citizens(connection):
            raise BadInput(
                "made-up citizens are there already, of which this folder knows nothing: take them out first"
                " (weizheng demo simulate --clear). 已有合成市民，请先清除。"
            )


def take_out(settings: Settings, console: Console) -> dict[str, Any]:
    """Take all made-up citizens out, whatever else the catalogue holds by now."""
    from recommender.simulation.account import Account
    from recommender.simulation.settling import clear

    ensure_home(settings)
    account = Account(settings.home / ACCOUNT)
    with opened_database(settings) as engine, one_at_a_time(settings.run_dir / "simulate.lock"):
        gone = clear(engine, account)
    text = f"{gone.citizens} made-up citizens taken out. 已清除合成市民。"
    if gone.citizens and not gone.counts:
        text += (
            " What those without consent added to the counts is not known here, and stays. 无名计数未清除。"
        )
    return {"citizens": gone.citizens, "counts": gone.counts, "text": text}
