"""Clients out of a file: shown, or imported. Registered under ``clientsync clients``."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cli.kit.acting import acting
from cli.kit.output import As, Json, out, print_json, table
from contracts.words.client_imports import LARGEST_FILE, ImportVerdict
from starter.answers.imports import ImportAnswer, ImportedRowAnswer, SheetRead
from starter.clients.imports.imports import columns_of
from starter.exit_statuses import REFUSED, execute

_SHOWN = 50
"""Rows that are printed; ``--json`` has them all."""

_TWICE = "allow the same name twice"
"""What a refused row is told, which is an option here."""


def import_file(
    file: Annotated[Path, typer.Argument(help="A list of clients, as CSV or XLSX.", exists=True, dir_okay=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")] = False,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            "--columns",
            metavar="FIELD=HEADING",
            help="Read a field (name, code, owner_email, team, company_number, tax_number, reference) from this "
            "column; with nothing behind the =, from none. Others are told by their headings.",
        ),
    ] = None,
    same_names: Annotated[
        bool, typer.Option("--same-names", help="Allow the same name twice, in rows with a code of their own.")
    ] = False,
    sheet: Annotated[
        str | None,
        typer.Option(help="The sheet of a workbook, by its name; else the first that is neither hidden nor empty."),
    ] = None,
    only: Annotated[ImportVerdict | None, typer.Option(help="Print only rows of which this becomes.")] = None,
    as_email: As = None,
    json: Json = False,
) -> None:
    """Import clients: new ones are added, known ones changed. An empty cell leaves what is there.

    Rows that cannot be used are left out and said; the exit status is 2 then.
    """

    async def work() -> ImportAnswer:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)
        async with acting(as_email) as (operations, actor):
            imports = operations.client_imports
            found = await imports.read(content, sheet)
            columns = columns_of(found, column or ())
            do = imports.plan if dry_run else imports.carry_out
            plan = await do(actor, found, columns, adds_namesakes=same_names)
            return ImportAnswer.of(found, columns, plan, is_dry_run=dry_run)

    answer = execute(work())
    rows = [row for row in answer.rows if only in {None, row.verdict}]
    if json:
        print_json(answer.model_copy(update={"rows": rows}))
    else:
        _say(answer, rows if only else [row for row in rows if row.verdict is not ImportVerdict.UNCHANGED])
    if answer.counts.refused:
        raise typer.Exit(REFUSED)


def _say(answer: ImportAnswer, rows: list[ImportedRowAnswer]) -> None:
    if (sheet := answer.sheet) is not None and (sheet.others or sheet.empty or sheet.hidden):
        out.print(SheetRead(**sheet.model_dump()).sentence, highlight=False, markup=False)
        if sheet.others:
            out.print(f"--sheet reads another one: {', '.join(sheet.others)}", highlight=False, markup=False)
    used = [f"{column.heading} → {column.field}" for column in answer.columns if column.field]
    out.print(f"Columns: {', '.join(used)}", highlight=False, markup=False)
    printed = table("Row", "", "Code", "Name", "What")
    for row in rows[:_SHOWN]:
        changes = [f"{one.field}: {one.before or 'nothing'} → {one.after or 'nothing'}" for one in row.changes]
        is_change = row.verdict is ImportVerdict.CHANGED
        what = row.message or ("; ".join(changes) if is_change else "")
        printed.add_row(str(row.row), row.verdict, *map(escape, (row.code or "", row.name, what)))
    if rows:
        out.print(printed)
    if len(rows) > _SHOWN:
        out.print(f"and {len(rows) - _SHOWN} more rows; --json has them all", style="dim", highlight=False)
    if any(_TWICE in (row.message or "") for row in rows):
        out.print("--same-names allows the same name twice.", highlight=False, markup=False)
    counts, would = answer.counts, "would be " if answer.is_dry_run else ""
    out.print(
        f"{counts.created} {would}created, {counts.changed} {would}changed, {counts.unchanged} left as they are, "
        f"{counts.refused} refused.",
        highlight=False,
    )
