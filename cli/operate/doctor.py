"""Says what is missing before a process can work, and what to do about it."""

import asyncio

import typer

from cli.kit.output import Json, out, print_json, table
from starter.examination import examine
from starter.exit_statuses import FAILED


def doctor(json: Json = False) -> None:
    """Check settings, database, Temporal and accounting software, and say what to do about what is missing."""
    findings = asyncio.run(examine())
    is_fine = all(finding.ok for finding in findings)
    if json:
        fields = ("check", "ok", "said", "what_to_do")
        print_json({"ok": is_fine, "findings": [{name: getattr(found, name) for name in fields} for found in findings]})
    else:
        rows = table("", "Check", "Found", "What to do")
        for found in findings:
            rows.add_row("[green]ok[/]" if found.ok else "[red]no[/]", found.check, found.said, found.what_to_do)
        out.print(rows)
    if not is_fine:
        raise typer.Exit(FAILED)
