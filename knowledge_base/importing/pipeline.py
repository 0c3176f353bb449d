"""The way of a file into the catalogue: read and check everything, then embed and write what is new."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from core.catalogue.bundles import Bundle
from core.catalogue.documents import names_of, record_title
from core.catalogue.models import Agency, Document, Region, ServiceItem, Status
from core.catalogue.payloads import kind_of
from core.errors import BadInput
from knowledge_base.importing.agencies import AgencyNames
from knowledge_base.importing.found import Found, Problem, Record
from knowledge_base.importing.ports import Chunk, Content, Progress, Reads, Vectors, Writes
from knowledge_base.importing.reading import read
from knowledge_base.importing.records import Builder
from knowledge_base.importing.report import ImportReport, Tally
from knowledge_base.importing.spool import Job, Spool, batches
from knowledge_base.importing.walk import files
from knowledge_base.passages.lines import lines_of

BATCH_PASSAGES = 512
BATCH_RECORDS = 64
MOST_PROBLEMS = 10_000
MOST_NOTES = 1_000


class Importer:
    """Imports files; the same files again change nothing, and a killed import is resumed by the next."""

    def __init__(self, reads: Reads, writes: Writes, embed: Vectors, chunk: Chunk) -> None:
        self._reads = reads
        self._writes = writes
        self._embed = embed
        self._chunk = chunk

    def run(
        self,
        paths: Sequence[Path],
        *,
        agency: str | None = None,
        region: str | None = None,
        publish: bool = False,
        strict: bool = False,
        on_progress: Progress | None = None,
    ) -> ImportReport:
        """Imports files and folders.

        Args:
            agency: Agency of the records that name none: external id, name or alias.
            region: Six-digit code of the region of the records that name none.
            publish: Show what is imported; without it a new record is a draft and a known one stays
                as it is, published or not.
            strict: Write nothing at all if there is a problem; the first one is reported.
            on_progress: Told (done, total) passages.

        Raises:
            BadInput: `region` is not a code.
        """
        if region and not re.fullmatch(r"[0-9]{6}", region):
            raise BadInput("region: must be a code of six digits such as 510100. 区划代码应为六位数字。")
        filling = {name: value for name, value in (("agency", agency), ("region", region)) if value}
        with Spool[Found]() as found, Spool[Job]() as jobs:
            run = _Run(self._reads, self._writes, self._chunk, jobs, publish=publish, strict=strict)
            started = time.monotonic()
            done = run.gather(paths, Builder(filling), found) and run.plan(found)
            if done:
                run.put_registers()
                run.put_records(self._embed, on_progress)
                run.put_bundles()
            return run.report(stopped=not done, seconds=time.monotonic() - started)


class _Run:
    """One import: what was met and what came of it."""

    def __init__(
        self,
        reads: Reads,
        writes: Writes,
        chunk: Chunk,
        jobs: Spool[Job],
        *,
        publish: bool,
        strict: bool,
    ) -> None:
        self._reads = reads
        self._writes = writes
        self._chunk = chunk
        self._jobs = jobs
        # An import publishes when told to and withdraws never: what is there keeps its status.
        self._status = Status.PUBLISHED if publish else None
        # A file that does not say so opens nothing to citizens.
        self._internal = reads.internal()
        self._most_problems = 1 if strict else MOST_PROBLEMS
        self._places: dict[tuple[str, str], str] = {}
        self._registers: list[Region | Agency] = []
        self._bundles: list[Found] = []
        # Of those that come in.
        self._items: set[str] = set()
        self._problems: list[Problem] = []
        self._notes: list[Problem] = []
        self._records = self._regions = self._agencies = self._put_bundles = Tally()
        self._planned = self._passages = 0

    def gather(self, paths: Sequence[Path], builder: Builder, records: Spool[Found]) -> bool:
        """Reads and checks everything; False where the import must stop."""
        return all(
            self._goes_on(found if isinstance(found, Problem) else self._take(found, records))
            for found in _everything(paths, builder)
        )

    def plan(self, records: Spool[Found]) -> bool:
        """Cuts what is new or different; False where the import must stop.

        Only now is it known which agencies the files hold, so that every record can be put under the name
        of its own.
        """
        known = {agency.external_id: agency for agency in self._reads.agencies()}
        known |= {one.external_id: one for one in self._registers if isinstance(one, Agency)}
        names = AgencyNames(known.values())
        return all(self._goes_on(self._plan(found, names)) for found in records) and self._plan_bundles()

    def _plan_bundles(self) -> bool:
        """Keeps the bundles whose items are known; False where the import must stop."""
        planned, self._bundles = self._bundles, []
        bundles = [(found, _items_of(found)) for found in planned]
        named = {item for _, items in bundles for item in items} - self._items
        known = self._items | self._reads.known("item", named)
        for found, items in bundles:
            stranger = next((item for item in items if item not in known), None)
            if stranger is None:
                self._bundles.append(found)
            elif not self._goes_on(Problem(found.place, f"steps: 没有编号为“{stranger}”的办事事项")):
                return False
        return True

    def _goes_on(self, problem: Problem | None) -> bool:
        if problem is None:
            return True
        self._problems.append(problem)
        if len(self._problems) < self._most_problems:
            return True
        if self._most_problems > 1:
            self._problems.append(Problem(problem.place, f"gave up after {self._most_problems} problems"))
        return False

    def _take(self, found: Found, records: Spool[Found]) -> Problem | None:
        name = _identity(found.record)
        first = self._places.setdefault(name, found.place)
        if first != found.place:
            return Problem(found.place, f"{name[0]} {name[1]} is already given at {first}")
        self._note(found)
        if isinstance(found.record, Region | Agency):
            self._registers.append(found.record)
        elif isinstance(found.record, Bundle):
            self._bundles.append(found)
        else:
            records.add(found)
        return None

    def _note(self, found: Found) -> None:
        left = MOST_NOTES - len(self._notes)
        self._notes += [Problem(found.place, note) for note in found.notes[:left]]

    def _plan(self, found: Found, names: AgencyNames) -> Problem | None:
        assert isinstance(found.record, Document | ServiceItem)  # noqa: S101 - for the type checker
        record = names.settle(found.record)
        if not found.is_named and (owner := self._other_owner(record, names)):
            own = record.agency or "no agency"
            return Problem(
                found.place,
                f"would replace {record.external_id} of {owner}, but is of {own}: it needs another file name "
                "or an external_id",
            )
        if isinstance(record, ServiceItem):
            self._items.add(record.external_id)
        if not found.says_for_whom and (kind_of(record), record.external_id) in self._internal:
            record = replace(record, internal=True)
        if self._writes.is_unchanged(record, self._status):
            self._records = self._records.plus("unchanged")
        else:
            job = Job(record, self._chunk(record, record_title(record)))
            self._planned += len(job.passages)
            self._jobs.add(job)
        return None

    def _other_owner(self, record: Content, names: AgencyNames) -> str | None:
        """The agency whose document has this id already, where it is another one than the record's."""
        known = self._reads.by_external_id("document", record.external_id)
        owner = names.official(known.record.agency) if known else None
        return owner if owner != record.agency else None

    def put_registers(self) -> None:
        """Regions first, then agencies, so that a record never comes before what it refers to."""
        for record in self._registers:
            if isinstance(record, Region):
                self._regions = self._regions.plus(self._writes.put_region(record))
        for record in self._registers:
            if isinstance(record, Agency):
                self._agencies = self._agencies.plus(self._writes.put_agency(record))

    def put_records(self, embed: Vectors, on_progress: Progress | None) -> None:
        """Embeds and writes batch after batch; what is written is complete, what is embedded is kept."""
        total = self._planned
        for batch in batches(self._jobs, BATCH_PASSAGES, BATCH_RECORDS):
            texts = [passage.embed_text for job in batch for passage in job.passages]
            if texts:
                embed.vectors(texts, _advancing(on_progress, self._passages, total))
            if lines := [line.text for job in batch for line in lines_of(job.passages)]:
                embed.vectors(lines)
            if names := [name for job in batch for name in names_of(job.record)]:
                embed.name_vectors(names)
            for result in self._writes.put_many([(job.record, job.passages, self._status) for job in batch]):
                self._records = self._records.plus(result.outcome)
            self._passages += len(texts)
            if on_progress is not None:
                on_progress(self._passages, total)

    def put_bundles(self) -> None:
        """Bundles last: their items are there."""
        for found in self._bundles:
            assert isinstance(found.record, Bundle)  # noqa: S101 - for the type checker
            self._put_bundles = self._put_bundles.plus(self._writes.put_bundle(found.record))

    def report(self, *, stopped: bool, seconds: float) -> ImportReport:
        """The figures so far."""
        return ImportReport(
            created=self._records.created,
            changed=self._records.changed,
            unchanged=self._records.unchanged,
            regions=self._regions,
            agencies=self._agencies,
            bundles=self._put_bundles,
            passages=self._passages,
            problems=tuple(self._problems),
            notes=tuple(self._notes),
            stopped=stopped,
            seconds=seconds,
        )


def _everything(paths: Sequence[Path], builder: Builder) -> Iterator[Found | Problem]:
    for file in files(paths):
        if isinstance(file, Problem):
            yield file
        else:
            yield from read(file, builder)


def _items_of(found: Found) -> list[str]:
    assert isinstance(found.record, Bundle)  # noqa: S101 - for the type checker
    return [step.item for step in found.record.steps]


def _identity(record: Record) -> tuple[str, str]:
    if isinstance(record, Region):
        return "region", record.code
    return type(record).__name__.lower(), record.external_id


def _advancing(on_progress: Progress | None, before: int, total: int) -> Callable[[int], None] | None:
    if on_progress is None:
        return None
    done = before

    def advance(count: int) -> None:
        nonlocal done
        done += count
        on_progress(done, total)

    return advance
