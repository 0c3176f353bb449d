"""`kb status` and `kb withdraw`: reads and changes the catalogue without opening a model or an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

import httpx
from pydantic import ValidationError
from rich.console import Console
from sqlalchemy import Engine

from apps.cli.installation import ensure_home, opened_database
from core.errors import BadInput, NotFound
from core.keys import Keys
from core.settings import Settings
from knowledge_base.contract import ServiceState

if TYPE_CHECKING:
    from core.catalogue.records import StoredRecord

TIMEOUT_S = 2.0
KINDS: tuple[Literal["item", "document"], ...] = ("item", "document")


class CatalogueStatus(TypedDict):
    """Published records, and what a running service has loaded (null where none runs)."""

    home: str
    epoch: str
    revision: int
    documents: int
    items: int
    passages: int
    agencies: int
    regions: int
    model: str
    service: dict[str, object] | None


def catalogue_status(settings: Settings) -> CatalogueStatus:
    """Count what is published, and ask the service."""
    from core.catalogue.reads import CatalogueReads

    keys = ensure_home(settings)
    with opened_database(settings) as engine:
        reads = CatalogueReads(engine)
        state, counts = reads.state(), reads.counts()
        agencies, regions = len(reads.agencies()), len(reads.regions())
    service = running_service(settings, keys)
    return {
        "home": str(settings.home),
        "epoch": state.epoch,
        "revision": state.revision,
        "documents": counts.documents,
        "items": counts.items,
        "passages": counts.passages,
        "agencies": agencies,
        "regions": regions,
        "model": settings.embedding_model,
        "service": service.model_dump(mode="json") if service else None,
    }


def running_service(settings: Settings, keys: Keys) -> ServiceState | None:
    """The state of the knowledge service, if it answers and is ours."""
    headers = {"Authorization": f"Bearer {keys.service_token}"}
    try:
        reply = httpx.get(
            f"{settings.knowledge_url}/state", headers=headers, timeout=TIMEOUT_S, trust_env=False
        )
        return ServiceState.model_validate_json(reply.content) if reply.is_success else None
    except (httpx.HTTPError, ValidationError):
        return None


def withdraw_record(settings: Settings, external_id: str, kind: Literal["item", "document"] | None) -> str:
    """Withdraw one record.

    Returns: Its kind.

    Raises:
        NotFound: No record has this id.
        BadInput: Both kinds have it, and none was named.
    """
    from core.catalogue.writes import CatalogueWrites

    ensure_home(settings)
    with opened_database(settings) as engine:
        found = the_record(engine, external_id, kind).key.kind
        CatalogueWrites(engine).withdraw(found, external_id)
    return found


def the_record(engine: Engine, external_id: str, kind: Literal["item", "document"] | None) -> StoredRecord:
    """The one record of this id.

    Raises:
        NotFound: No record has this id.
        BadInput: Both kinds have it, and none was named.
    """
    from core.catalogue.reads import CatalogueReads

    reads = CatalogueReads(engine)
    candidates = (reads.by_external_id(name, external_id) for name in ((kind,) if kind else KINDS))
    found = [record for record in candidates if record is not None]
    if not found:
        raise NotFound(f"{external_id}: no such {kind or 'record'}. 没有这条记录。")
    if len(found) > 1:
        raise BadInput(
            f"{external_id} is an item and a document: add --kind item or --kind document. 请指明类别。"
        )
    return found[0]


def print_status(state: CatalogueStatus, console: Console) -> None:
    """A few lines for people."""
    lines = [
        f"目录 catalogue: {state['documents']} 文件 documents, {state['items']} 事项 items, "
        f"{state['passages']} 段 passages (published)",
        f"部门 agencies: {state['agencies']}, 地区 regions: {state['regions']}",
        f"修订 revision: {state['revision']}, epoch {state['epoch']}, model {state['model']}",
    ]
    service = state["service"]
    if service:
        ready = "就绪 ready" if service["ready"] else "加载中 loading"
        lines.append(f"服务 service: {ready}, revision {service['revision']}, model {service['model']}")
    else:
        lines.append("服务 service: 未运行 not running")
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
