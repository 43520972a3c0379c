"""The accounting software that this installation speaks to, for whoever has to name it or to choose among several.

Pages, API and commands ask here, so that none of them knows a provider: with one that is on, it is meant wherever
nobody says which; with more, whoever asks has to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.naming.software import named
from contracts.words.causes import Cause
from contracts.words.lists import ListName, Lists
from contracts.words.refusals import RefusalCode, Refused
from providers.port.capabilities import SignInBrings
from providers.port.provider import Providers
from providers.registry import FEEDS, NAMES, TITLES
from starter.answers.allow_words import AllowWords

__all__ = ["NAMES", "SOME", "TITLES", "OfferedSoftware", "Software", "named_of", "step_of_list"]

SOME = "your accounting software"
"""What is said instead of a name where several are meant."""


def named_of(text: str | None, name: str) -> str | None:
    """A text with the name of the accounting software that it is about, for whoever has no ``Software`` at hand.

    Args:
        text: For people; None is none.
        name: The software's word; the text of one that nobody knows stays neutral.
    """
    return named(text, TITLES.get(name)) if text else text


def step_of_list(name: str, which: ListName, cause: Cause) -> str:
    """What a person can do where a list has a cause; it names the role to ask for, where that is known.

    Args:
        name: The accounting software's word.
        which: The list.
        cause: Why it could not be read.
    """
    role = FEEDS[name].role_for(which) if name in FEEDS and cause is Cause.ROLE_TOO_LOW else ""
    step = f"Have the login given {role}, or reconnect with a colleague's login that has it." if role else ""
    return named(step or cause.next_step, TITLES.get(name))


@dataclass(frozen=True, slots=True)
class OfferedSoftware:
    """One of them: its word in addresses, and its name for people."""

    name: str
    title: str


class Software:
    """What this process speaks to.

    Args:
        providers: Those that are on.
    """

    def __init__(self, providers: Providers) -> None:
        self._providers = providers
        self._offered = tuple(OfferedSoftware(provider.name, provider.title) for provider in providers.values())

    def offered(self, name: str | None = None) -> Sequence[OfferedSoftware]:
        """All that are on; or the one of that name, if it is on."""
        return [one for one in self._offered if name in (None, one.name)]

    @property
    def names(self) -> Sequence[str]:
        """The words of all that are known, on or off, and of what else is on."""
        return (*NAMES, *(one.name for one in self._offered if one.name not in NAMES))

    @property
    def phrase(self) -> str:
        """The name of the only one, for a sentence; ``SOME`` where there are more."""
        return self._offered[0].title if len(self._offered) == 1 else SOME

    def title(self, name: str) -> str:
        """The name for people, also of one that is off."""
        return self._providers[name].title if name in self._providers else TITLES.get(name, name)

    def named(self, text: str, name: str | None = None) -> str:
        """A text with the name of the accounting software that it is about; see ``contracts.naming.software``.

        Args:
            text: For people.
            name: Its word; None where it is not known, which means the only one that is on, and none of several.
        """
        if name is None:
            return named(text, self._offered[0].title if len(self._offered) == 1 else None)
        return named(text, self.title(name))

    def allow_words(self, name: str) -> AllowWords:
        """What a person does in a sign-in there; of one that is off, that access is allowed."""
        found = self._providers.get(name)
        if found is None:
            return AllowWords(self.title(name), SignInBrings.ALL)
        return AllowWords(
            found.title,
            found.capabilities.sign_in_brings,
            found.capabilities.may_return_at_once,
            found.capabilities.takes_over,
            found.organisation,
        )

    def step_of_list(self, name: str, which: ListName, cause: Cause) -> str:
        """See ``step_of_list``, for pages."""
        return step_of_list(name, which, cause)

    def lists(self, name: str) -> Sequence[Lists]:
        """The lists that it has, those together that are read together; also of one that is off."""
        feeds = self._providers[name].feeds if name in self._providers else FEEDS[name]
        return [group.lists for group in feeds.groups]

    def weekly(self, name: str) -> Lists:
        """The lists that a night reads once a week, in turn, because their changes cannot be asked for."""
        feeds = self._providers[name].feeds if name in self._providers else FEEDS[name]
        return tuple(name for group in feeds.groups for name in group.resting)

    def whole(self, name: str, lists: Sequence[ListName], field: str) -> list[ListName] | None:
        """Chosen lists with those that are read together with them; None for all that there are.

        Args:
            name: The accounting software.
            lists: Those that were chosen; the profile always comes.
            field: What a refusal names.

        Raises:
            Refused: It does not have one of them.
        """
        groups = self.lists(name)
        for place, one in enumerate(lists):
            if not any(one in group for group in groups):
                message = f"{self.title(name)} has no {one.heading.lower()}. Leave that list out."
                raise Refused(RefusalCode.INVALID, message, field=f"{field}.{place}")
        chosen = {ListName.ORGANISATION, *lists}
        found = {one for group in groups if not chosen.isdisjoint(group) for one in group}
        return None if len(found) == sum(map(len, groups)) else [one for one in ListName if one in found]

    def chosen(self, name: str | None) -> str:
        """The one that is meant: what was said, else the only one.

        Args:
            name: What was said; whether it is on is judged by whoever uses it.

        Raises:
            Refused: Nobody said which, and there are more.
        """
        if name is not None:
            return name
        if len(self._offered) == 1:
            return self._offered[0].name
        names = ", ".join(one.name for one in self._offered)
        raise Refused(RefusalCode.INVALID, f"Say which accounting software is meant: {names}.", field="provider")
