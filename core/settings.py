"""Every setting of an installation, typed, from the environment and a `.env` file."""

from __future__ import annotations

from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.errors import BadInput
from core.interactions import HALF_LIVES, WEIGHTS, half_lives, weights

Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(gt=0)]
Host = Annotated[str, Field(min_length=1)]
LOOPBACK = "127.0.0.1"


def _absolute(path: Path) -> Path:
    return path.expanduser().resolve()


# Walks folders of some 600 files each time it is asked.
_timezones = cache(available_timezones)


def _known_timezone(name: str) -> str:
    if name not in _timezones():
        raise ValueError("not a time zone name such as Asia/Shanghai")
    return name


def _share(value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError("must be from 0 to 1. 应在 0 到 1 之间。")
    return value


def _networks(value: str) -> str:
    names = [name.strip() for name in value.split(",") if name.strip()]
    for name in names:
        try:
            ip_network(name)
        except ValueError:
            raise ValueError(
                f"{name} is no address and no network such as 10.0.0.0/8. 应为 IP 地址或网段，用逗号分隔。"
            ) from None
    return ",".join(names)


RECOMMENDER_SOURCES = ("lightfm", "similar", "life_event", "eligible", "popular", "new")


def _sources(value: str) -> str:
    names = [name.strip() for name in value.split(",") if name.strip()]
    if not names or set(names) - set(RECOMMENDER_SOURCES) or len(set(names)) < len(names):
        raise ValueError(
            f"must be some of {', '.join(RECOMMENDER_SOURCES)}, each once."
            " 应为其中一个或多个来源，用逗号分隔，不得重复。"
        )
    return ",".join(names)


# Six months, the longest that there are.
_LEAST_SECURITY_DAYS = 184


def _half_a_year(days: int) -> int:
    if days < _LEAST_SECURITY_DAYS:
        raise ValueError(
            f"must be {_LEAST_SECURITY_DAYS} or more: the law asks for six months of network logs."
            f" 网络日志依法至少保存六个月（{_LEAST_SECURITY_DAYS} 天）。"
        )
    return days


Share = Annotated[float, AfterValidator(_share)]
Folder = Annotated[Path, AfterValidator(_absolute)]
# Read by ourselves: what is no JSON is then named like any other bad value.
_Weights = Annotated[dict[str, float], NoDecode, BeforeValidator(weights)]
_HalfLives = Annotated[dict[str, float], NoDecode, BeforeValidator(half_lives)]


class Settings(BaseSettings):
    """One installation. A field's variable is its name in capitals; `home` is `WEIZHENG_HOME`.

    Folders come out absolute, so that processes with other working directories agree on them.
    """

    model_config = SettingsConfigDict(env_prefix="", extra="ignore", frozen=True, env_ignore_empty=True)

    home: Folder = Field(default=Path("var"), validation_alias="WEIZHENG_HOME", validate_default=True)
    database_url: str = Field(default="", repr=False)
    redis_url: str | None = Field(default=None, repr=False)

    portal_host: Host = "0.0.0.0"  # noqa: S104 - the one process that others are meant to reach
    portal_port: Port = 8000
    console_host: Host = LOOPBACK
    console_port: Port = 8001
    metrics_host: Host = LOOPBACK
    metrics_port: Port = 8010
    knowledge_host: Host = LOOPBACK
    knowledge_port: Port = 8100
    knowledge_url: str = ""
    actions_host: Host = LOOPBACK
    actions_port: Port = 5055
    actions_url: str = ""
    rasa_host: Host = LOOPBACK
    rasa_port: Port = 5005
    rasa_url: str = ""
    rasa_workers: Annotated[int, Field(ge=1, le=16)] = 1
    worker_host: Host = LOOPBACK
    worker_port: Port = 8020
    redis_host: Host = LOOPBACK
    redis_port: Port = 6379

    embedding_model: str = "builtin"
    model_cache: Folder = Field(default=Path("~/.cache/weizheng"), validate_default=True)

    answer_threshold: Share = 0.35
    clarify_threshold: Share = 0.04

    city_name: Annotated[str, Field(min_length=1)] = "示例市"
    hotline: Annotated[str, Field(pattern=r"^[0-9-]{3,20}$")] = "12345"
    timezone: Annotated[str, AfterValidator(_known_timezone)] = "Asia/Shanghai"

    recommender_sources: Annotated[str, AfterValidator(_sources)] = ",".join(RECOMMENDER_SOURCES)

    two_person_rule: bool = True
    regression_blocks: bool = False
    staff_second_factor: Literal["optional", "required"] = "optional"
    transcript_days: Annotated[int, Field(ge=1, le=365)] = 30
    word_hit_days: Annotated[int, Field(ge=1, le=3650)] = 180
    job_days: Annotated[int, Field(ge=1, le=3650)] = 30
    security_log_days: Annotated[int, Field(le=3650), AfterValidator(_half_a_year)] = 400

    worker_poll_s: Annotated[float, Field(gt=0, le=60)] = 1.0
    worker_lease_s: Annotated[float, Field(ge=1, le=3600)] = 60.0
    worker_stop_s: Seconds = 5.0

    recommender_train_at: Annotated[str, Field(pattern=r"^(off|([01][0-9]|2[0-3]):[0-5][0-9])$")] = "02:30"
    recommender_window_days: Annotated[int, Field(ge=1, le=3650)] = 365
    recommender_model_days: Annotated[int, Field(ge=1, le=3650)] = 30

    rate_per_minute: Annotated[int, Field(ge=0, le=10_000)] = 20
    rate_per_address: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    inbox_streams: Annotated[int, Field(ge=0, le=20_000)] = 2000
    inbox_streams_per_address: Annotated[int, Field(ge=1, le=20_000)] = 200
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = ""

    interaction_weights: _Weights = Field(default_factory=lambda: dict(WEIGHTS))
    interaction_half_lives: _HalfLives = Field(default_factory=lambda: dict(HALF_LIVES))

    web_deadline_s: Seconds = 8.0
    start_timeout_s: Seconds = 180.0
    stop_timeout_s: Seconds = 10.0
    otel_exporter_otlp_endpoint: str = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    def __init__(self, **values: Any) -> None:
        # Not pydantic's own lookup by field name: it would take the variable HOME, the user's folder.
        if "home" in values:
            values["WEIZHENG_HOME"] = values.pop("home")
        super().__init__(**values)

    @model_validator(mode="before")
    @classmethod
    def _derive(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Addresses that follow from other settings: the database from the home, the rest from ports."""
        given = {name.lower(): value for name, value in values.items()}
        home = given.get("weizheng_home", "var")
        derived: dict[str, Any] = {"database_url": f"sqlite:///{_absolute(Path(home))}/weizheng.db"}
        for name in ("knowledge", "actions", "rasa"):
            port = given.get(f"{name}_port", cls.model_fields[f"{name}_port"].default)
            derived[f"{name}_url"] = f"http://{LOOPBACK}:{port}"
        return {**derived, **values}

    @model_validator(mode="after")
    def _plain_urls(self) -> Self:
        for name in ("knowledge_url", "actions_url", "rasa_url"):
            if not getattr(self, name).startswith(("http://", "https://")):
                raise ValueError(f"{name.upper()} must start with http:// or https://")
        if self.redis_url is not None and not self.redis_url.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("REDIS_URL must start with redis://, rediss:// or unix://")
        return self

    @model_validator(mode="after")
    def _bands_in_order(self) -> Self:
        if self.clarify_threshold > self.answer_threshold:
            raise ValueError(
                "CLARIFY_THRESHOLD must not be above ANSWER_THRESHOLD."
                " CLARIFY_THRESHOLD 不能大于 ANSWER_THRESHOLD。"
            )
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which dates and "in force today" are meant."""
        return ZoneInfo(self.timezone)

    @property
    def logs_dir(self) -> Path:
        """Folder of the processes' log files."""
        return self.home / "logs"

    @property
    def run_dir(self) -> Path:
        """Folder of what exists while the assistant runs: lock, process list, sockets."""
        return self.home / "run"

    @property
    def models_dir(self) -> Path:
        """Folder of the trained dialogue model."""
        return self.home / "models"

    @property
    def redis_dir(self) -> Path:
        """Folder of the embedded Redis: its configuration and append-only file."""
        return self.home / "redis"


def variable(field: str) -> str:
    """The environment variable of a field."""
    return "WEIZHENG_HOME" if field == "home" else field.upper()


def load_settings(env_file: Path = Path(".env")) -> Settings:
    """Read the environment, then `env_file` for what the environment leaves open.

    Raises:
        BadInput: A value cannot be used; the detail names each variable and what is wrong.
    """
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        problems = [_describe(item["loc"], item["msg"]) for item in error.errors(include_input=False)]
        raise BadInput("Setting " + "; ".join(problems)) from None


def _describe(location: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    return f"{variable(str(location[0])).upper()}: {text}" if location else text
