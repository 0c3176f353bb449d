"""`weizheng kb`: import into the catalogue, ask it, measure it, look after it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from apps.cli import wording
from core.settings import load_settings

group = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The knowledge base: import, search, ask, measure."
)

group.add_typer(wording.terms, name="terms")
group.add_typer(wording.pins, name="pins")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
RegionOption = Annotated[
    str | None, typer.Option("--region", help="Six-digit region code (GB/T 2260).", metavar="CODE")
]


@group.command("import")
def import_files(
    paths: Annotated[
        list[Path], typer.Argument(help="Files and folders.", metavar="PATH", show_default=False)
    ],
    agency: Annotated[
        str | None, typer.Option("--agency", help="Agency of records that name none.", metavar="NAME")
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="Region code of records that name none.", metavar="CODE")
    ] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Show the records to citizens at once.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first bad record.")] = False,
    as_json: Json = False,
) -> None:
    """Import Word, PDF, Excel, CSV, ZIP, JSONL, YAML, Markdown, HTML or text; again costs nothing.

    Example: weizheng kb import policies/ guides.jsonl --region 990100 --publish
    """
    from apps.cli.importing import import_into, print_report, report_json
    from apps.cli.installation import ensure_home, opened_database

    settings = load_settings()
    ensure_home(settings)
    errors = Console(stderr=True)
    with opened_database(settings) as engine:
        report = import_into(
            settings,
            engine,
            paths,
            agency=agency,
            region=region,
            publish=publish,
            strict=strict,
            console=errors,
        )
    if as_json:
        _print_json(report_json(report))
    else:
        print_report(report, Console(), errors)
    raise typer.Exit(report.exit_code)


@group.command()
def search(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to look for.", show_default=False)],
    k: Annotated[int, typer.Option("--k", metavar="N", min=1, max=50, help="Number of passages.")] = 10,
    region: RegionOption = None,
    as_json: Json = False,
) -> None:
    """The best passages for a text, as the running service would find them.

    Example: weizheng kb search "居住证" --k 5
    """
    from apps.cli.asking import print_hits, search_catalogue

    reply = search_catalogue(load_settings(), text, k, region)
    if as_json:
        _print_json(reply.model_dump(mode="json"))
    else:
        print_hits(reply, Console())


@group.command()
def ask(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A citizen's question.", show_default=False)],
    region: RegionOption = None,
    as_json: Json = False,
) -> None:
    """The answer to one question, with status and source, as the running service would give it.

    Example: weizheng kb ask "居住证要什么材料" --region 990101
    """
    from apps.cli.asking import answer_question, print_answer

    reply = answer_question(load_settings(), text, region)
    if as_json:
        _print_json(reply.model_dump(mode="json"))
    else:
        print_answer(reply, Console())


@group.command()
def evaluate(
    queries: Annotated[
        Path,
        typer.Argument(
            metavar="QUERIES", help="JSON lines: qid, question, answer, gold_docids.", show_default=False
        ),
    ],
    as_json: Json = False,
    dump: Annotated[
        Path | None,
        typer.Option("--dump", help="Write passages, text and confidence of each question.", metavar="FILE"),
    ] = None,
    without_gold: Annotated[
        bool, typer.Option("--without-gold", help="Hide each question's own documents from it.")
    ] = False,
) -> None:
    """Measure search and answers on questions whose documents are known.

    Example: weizheng kb evaluate queries.jsonl --json --dump dump.jsonl
    """
    from apps.cli.evaluating import evaluate_file, print_figures

    figures = evaluate_file(load_settings(), queries, dump, without_gold, Console(stderr=True))
    if as_json:
        _print_json(figures)
    else:
        print_figures(figures, Console())


@group.command()
def refusals(
    questions: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSON lines: question, kind.", show_default=False)
    ],
    as_json: Json = False,
) -> None:
    """Measure how often a question is answered that the base holds no answer to.

    Example: weizheng kb refusals offtopic.jsonl --json
    """
    from apps.cli.evaluating import measure_refusals, print_refusals

    found = measure_refusals(load_settings(), questions, Console(stderr=True))
    if as_json:
        _print_json(found)
    else:
        print_refusals(found, Console())


@group.command()
def curve(
    dump: Annotated[
        Path, typer.Argument(metavar="DUMP", help="A dump of `kb evaluate`.", show_default=False)
    ],
    gold: Annotated[Path, typer.Option("--gold", help="The questions it was made of.", metavar="QUERIES")],
    out: Annotated[Path, typer.Option("--out", help="Where to write the picture (SVG).", metavar="FILE")],
    without_gold: Annotated[
        Path | None,
        typer.Option("--without-gold", help="A dump of `kb evaluate --without-gold`.", metavar="DUMP"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Draw what each answer threshold costs: how much is answered, and how much of it wrongly.

    Example: weizheng kb curve dump.jsonl --gold queries.jsonl --out curve.svg
    """
    from apps.cli.evaluating import draw_curve, print_curve

    found = draw_curve(load_settings(), gold, dump, without_gold, out)
    if as_json:
        _print_json(found)
    else:
        print_curve(found, out, Console())


@group.command()
def status(as_json: Json = False) -> None:
    """What the catalogue holds, and how far a running service has followed it.

    Example: weizheng kb status --json
    """
    from apps.cli.catalogue import catalogue_status, print_status

    state = catalogue_status(load_settings())
    if as_json:
        _print_json(state)
    else:
        print_status(state, Console())


@group.command()
def reindex(as_json: Json = False) -> None:
    """Compute the vectors that the embedding model lacks; killed, it goes on where it stopped.

    Example: EMBEDDING_MODEL=BAAI/bge-small-zh-v1.5 weizheng kb reindex
    """
    from apps.cli.reindexing import print_reindexed, reindex_catalogue

    done = reindex_catalogue(load_settings(), Console(stderr=True))
    if as_json:
        _print_json(done)
    else:
        print_reindexed(done, Console())


@group.command("publish-latency")
def publish_latency(
    also: Annotated[
        list[str] | None,
        typer.Option("--also", help="A further knowledge service over the same database.", metavar="URL"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure on the running assistant how fast a publication is answered from and a withdrawal is silent.

    Example: weizheng kb publish-latency --json
    """
    from dataclasses import asdict

    from apps.cli.latency import measure_latency, print_latency

    latency = measure_latency(load_settings(), also or ())
    if as_json:
        _print_json(asdict(latency))
    else:
        print_latency(latency, Console())


@group.command()
def withdraw(
    external_id: Annotated[
        str, typer.Argument(metavar="EXTERNAL_ID", help="External id of the record.", show_default=False)
    ],
    kind: Annotated[
        Literal["item", "document"] | None,
        typer.Option("--kind", metavar="item|document", help="Needed where both kinds have this id."),
    ] = None,
) -> None:
    """Take a record away from citizens; it stays in the catalogue.

    Example: weizheng kb withdraw hj-005 --kind item
    """
    from apps.cli.catalogue import withdraw_record

    taken = withdraw_record(load_settings(), external_id, kind)
    typer.echo(f"已撤下 withdrawn: {taken} {external_id}")


@group.command()
def told(
    external_id: Annotated[
        str, typer.Argument(metavar="EXTERNAL_ID", help="External id of the record.", show_default=False)
    ],
    kind: Annotated[
        Literal["item", "document"] | None,
        typer.Option("--kind", metavar="item|document", help="Needed where both kinds have this id."),
    ] = None,
    days: Annotated[
        int, typer.Option("--days", metavar="N", min=1, max=180, help="Answers of so many days.")
    ] = 30,
    as_json: Json = False,
) -> None:
    """How many answers quoted what a record does not say any more; names nobody.

    Example: weizheng kb told hj-005 --kind item --days 90
    """
    from apps.cli.recalling import outdated_answers, print_outdated

    found = outdated_answers(load_settings(), external_id, kind, days)
    if as_json:
        _print_json(found)
    else:
        print_outdated(found, Console())


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
