"""What was chosen on a run's page stays while somebody leaves it for another sign-in, also without scripts.

With scripts, the page keeps it in its tab as well, and that one counts.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData

from starter.actor import Actor
from starter.operations import Operations
from web.pages.connections.settings_form import SettingsForm
from web.pages.runs.choice_forms import Chosen, chosen_in

_ROWS: Final = ("treatments", "codes", "owners", "teams")
_FOR_ALL: Final = ("team_id", "owner_id", "for_client")
_SETTINGS: Final = TypeAdapter(SettingsForm)


async def keep(door: Operations, actor: Actor, run_id: str, form: FormData) -> None:
    """Keep the form with which somebody leaves for a sign-in; other forms that lead there choose nothing."""
    if "settings" in form:
        await door.choices.keep(actor, run_id, kept_form(chosen_in(form)))


def begun_for(client_id: UUID | None) -> dict[str, Any] | None:
    """What is kept of a run that is begun for one client; None of one that is for no client."""
    return kept_form(Chosen(for_client=str(client_id))) if client_id else None


async def left(door: Operations, actor: Actor, run_id: str) -> Chosen | None:
    """What they had chosen when they left; None where they left nothing."""
    found = await door.choices.kept(actor, run_id)
    return chosen_of(found) if found else None


def kept_form(chosen: Chosen) -> dict[str, Any]:
    """A form as the database keeps it, which takes no text with a NUL in it."""
    rows = {name: _clean(getattr(chosen, name)) for name in _ROWS}
    kept: dict[str, Any] = rows | _clean({name: getattr(chosen, name) for name in _FOR_ALL})
    kept["organisation_ids"] = [one for one in chosen.organisation_ids if "\0" not in one]
    if chosen.settings is not None:
        settings = {name: value for name, value in asdict(chosen.settings).items() if name != "errors"}
        kept["settings"] = {name: value for name, value in settings.items() if "\0" not in str(value)}
    return kept


def chosen_of(kept: Mapping[str, Any]) -> Chosen:
    """The form that was kept; what an earlier release kept in another way counts for nothing."""
    chosen = Chosen(
        organisation_ids=tuple(kept.get("organisation_ids", ())),
        **{name: kept.get(name, {}) for name in _ROWS},
        **{name: kept.get(name, "") for name in _FOR_ALL},
    )
    try:
        return replace(chosen, settings=_SETTINGS.validate_python(kept.get("settings")))
    except ValidationError:
        return chosen


def _clean(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if "\0" not in name + value}
