"""What a person is told to do in a sign-in at an accounting software: tick organisations, choose one, or allow. Pure.

Platforms differ in how many organisations a sign-in brings (``SignInBrings``). Pages and commands have their words from
here, so that nobody is told to tick where there is nothing to tick.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from providers.port.capabilities import SignInBrings
from starter.answers.wording import number

OURS = "organisation"
"""What Clientsync calls a set of books, whatever the software calls it."""


@dataclass(frozen=True, slots=True)
class AllowWords:
    """The words for one accounting software.

    Attributes:
        title: Its name for people.
        brings: How many organisations one sign-in there brings.
        may_return_at_once: Whether a person who has allowed access before may be sent back without seeing anything.
        takes_over: Whether a sign-in for an organisation ends the one before it, whoever gave that.
        organisation: Its own word for an organisation.
    """

    title: str
    brings: SignInBrings
    may_return_at_once: bool = False
    takes_over: bool = False
    organisation: str = OURS

    @property
    def joins_many(self) -> bool:
        """Whether one sign-in may bring several organisations."""
        return self.brings is not SignInBrings.ONE

    @property
    def what_to_do(self) -> str:
        """What to do there, in a sentence."""
        match self.brings:
            case SignInBrings.PICKED:
                return "Sign in there and say which organisations Clientsync may read."
            case SignInBrings.ONE:
                return "Sign in there and say which organisation Clientsync may read; each sign-in brings one."
            case SignInBrings.ALL:
                return (
                    "Sign in there and allow access. Clientsync may then read every organisation that the login opens."
                )

    @property
    def other_word(self) -> str:
        """What an organisation is called there, in a sentence for where people first meet ours; empty for one word."""
        if self.organisation == OURS:
            return ""
        article = "an" if self.organisation[0] in "aeio" else "a"
        return f"An organisation is what {self.title} calls {article} {self.organisation}."

    @property
    def beforehand(self) -> str:
        """What to know before leaving, in sentences; empty where there is nothing."""
        at_once = "may bring you straight back here without a question, if you have allowed access before."
        said = [f"{self.title} {at_once}"] if self.may_return_at_once else []
        return " ".join([*said, *filter(None, [self.ends_others])])

    @property
    def ends_others(self) -> str:
        """That a sign-in there ends the one before, in a sentence; empty where it does not."""
        if not self.takes_over:
            return ""
        return (
            f"{self.title} keeps one sign-in for each organisation: yours takes the place of the one before, whoever "
            "gave it."
        )

    @property
    def why_ended(self) -> str:
        """Why a sign-in may have ended there that nobody has ended on purpose, in sentences; empty where it cannot."""
        if not self.takes_over:
            return ""
        return (
            f"{self.title} keeps one sign-in for each organisation: a later one, by a colleague or by anybody else who "
            "works for this organisation, ends the one before. If this happens again, agree who signs in for it."
        )

    @property
    def asked_for(self) -> str:
        """What somebody else is asked to do there, after ``asks you to sign in and``."""
        match self.brings:
            case SignInBrings.PICKED:
                return "to say which organisations Clientsync may read"
            case SignInBrings.ONE:
                return "to say which organisation Clientsync may read"
            case SignInBrings.ALL:
                return "to let Clientsync read every organisation that your login opens"

    def allow(self, it: str) -> str:
        """How access to an organisation is allowed there, as the middle of a sentence.

        Args:
            it: The organisation, such as ``it`` or its name.
        """
        match self.brings:
            case SignInBrings.PICKED:
                return f"tick {it} there and choose Allow access"
            case SignInBrings.ONE:
                return f"choose {it} there and allow access"
            case SignInBrings.ALL:
                return f"allow access to {it} there"

    def allow_again(self, names: Sequence[str]) -> str:
        """What brings back organisations that were removed there.

        Args:
            names: The organisations; not empty.
        """
        if len(names) == 1:
            which, were, them = "this organisation", "It was", "it"
        else:
            which, were, them = f"these {number(len(names))} organisations", "They were", "them"
        match self.brings:
            case SignInBrings.PICKED:
                return (
                    f"Tick {which} in {self.title} and choose Allow access. {were} removed there, and Continue alone "
                    f"does not bring {them} back."
                )
            case SignInBrings.ONE if len(names) > 1:
                return (
                    f"Choose one of {which} in {self.title} and allow access. {were} removed there. Each sign-in "
                    "allows one; reconnect again for the next."
                )
            case SignInBrings.ONE:
                return f"Choose {which} in {self.title} and allow access. {were} removed there."
            case SignInBrings.ALL:
                return f"Sign in to {self.title} and allow access to {which}. {were} removed there."
