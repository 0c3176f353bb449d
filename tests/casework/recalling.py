"""A record that is changed, and citizens who are told what it says: what recall is tried on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Engine, delete, select

from apps.worker.correcting import Correcting
from casework.recall_commands import RECALL_COMMANDS
from casework.recalls import Outdated, Recalls, outdated_below
from casework.tables import correction
from channels.web.tables import notice
from core.answering import AnswerStatus, Aspect
from core.catalogue.keys import RecordKey
from core.catalogue.models import Document, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.records import StoredRecord
from core.catalogue.writes import CatalogueWrites
from core.citizens.consents import Consents, Purpose
from core.citizens.conversations import new_id
from core.citizens.stores import stored_parts
from core.citizens.tables import answer_log, citizen, conversation
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.clock import FixedClock
from core.database.engine import reading, writing
from core.jobs.kinds import Kind
from core.jobs.queue import enqueue
from core.jobs.tables import job
from staff.actors import Operator
from staff.runner import CommandRunner
from tests.worker.working import work_off

HOUR = timedelta(hours=1)
CHANGED = "补办居住证的工本费由二十元改为免费。"
LINK = "https://example.gov.cn/fee"


@dataclass
class Rung:
    """A bell that counts."""

    count: int = 0

    def ring(self) -> None:
        self.count += 1


@dataclass
class City:
    """Everything that happens takes an hour."""

    engine: Engine
    clock: FixedClock
    bell: Rung = field(default_factory=Rung)
    agency: str | None = None

    def wait(self, hours: int = 1) -> None:
        self.clock.move_to(self.clock.now() + hours * HOUR)

    def empty(self) -> None:
        """Forgets who was told and what was sent."""
        with writing(self.engine) as connection:
            for table in (answer_log, conversation, citizen, correction, job, notice):
                connection.execute(delete(table))

    def publish(self, text: str, name: str = "fee", **changed: object) -> StoredRecord:
        """A record in a version that says so."""
        given = {"title": "居住证收费", "text": text, "agency": self.agency, "source_url": LINK, **changed}
        record = Document(external_id=name, **given)  # type: ignore[arg-type]
        CatalogueWrites(self.engine, self.clock).put(record, [], Status.PUBLISHED)
        return self.held(name)

    def set_status(self, status: Status, name: str = "fee") -> None:
        CatalogueWrites(self.engine, self.clock).set_status("document", name, status)

    def held(self, name: str = "fee") -> StoredRecord:
        found = CatalogueReads(self.engine).by_external_id("document", name)
        assert found is not None
        return found

    def ask(
        self, who: str, question: str = "办证要多少钱", name: str = "fee", aspect: str | None = None
    ) -> str:
        """Somebody is told what a record says now; the id of the answer."""
        held = self.held(name)
        return self.tell(who, question, held.key, held.version, aspect)

    def tell(self, who: str, question: str, key: RecordKey, version: int, aspect: str | None = None) -> str:
        answer = LoggedAnswer(
            id=new_id(), question=question, status=AnswerStatus.ANSWERED_PASSAGE,
            sources=((key, version),), aspect=Aspect(aspect) if aspect else None,
        )  # fmt: skip
        Turns(self.engine, self.clock).save(Turn(conversation=who, answer=answer))
        return answer.id

    def consent(self, who: str, given: bool = True) -> None:
        Consents(self.engine, self.clock, "2").put(who, {Purpose.FOLLOWUP_NOTICE: given}, "2")

    def erase(self, who: str) -> None:
        for part in stored_parts(self.engine, self.clock):
            part.erase(who)

    def outdated(self, hours: int, name: str = "fee") -> Outdated:
        held = self.held(name)
        below = outdated_below(held.version, public=held.status is Status.PUBLISHED)
        return Outdated(held.key, below, self.clock.now() - hours * HOUR)

    def correct(self, hours: int, **changed: object) -> int:
        """Sends a correction as somebody would who has just looked; the number of its job."""
        held, of = self.held(), self.outdated(hours)
        given = {
            "kind": "document", "external_id": "fee", "version": held.version,
            "withdrawn": held.status is not Status.PUBLISHED, "since": of.since.isoformat(),
            "citizens": Recalls(self.engine).figures(of).citizens, "text": CHANGED, **changed,
        }  # fmt: skip
        runner = CommandRunner(self.engine, self.clock, RECALL_COMMANDS)
        number: int = runner.run(Operator(), "recall.correct", given)
        return number

    def work(self) -> list[str]:
        """Runs what is due as a worker does."""
        return work_off(
            self.engine, self.clock, {Kind.CORRECT: Correcting(self.engine, self.clock, self.bell)}
        )

    def work_again(self) -> list[str]:
        """Runs the last correction once more."""
        with writing(self.engine) as connection:
            number = connection.execute(select(correction.c.id).order_by(correction.c.id.desc())).scalar()
            enqueue(connection, Kind.CORRECT, {"correction": number}, by="li", now=self.clock.now())
        return self.work()

    def notices(self) -> list[tuple[str, str]]:
        """Every notice: to whom, and what it says."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(notice.c.citizen, notice.c.text).order_by(notice.c.citizen))
            return [(row.citizen, row.text) for row in rows]
