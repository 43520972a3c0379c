"""What an API token may be used for, which of it each kind of run needs, and what a sign-in to the pages may lack."""

from enum import StrEnum

from contracts.words.runs import RunKind


class Scope(StrEnum):
    """A part of what a colleague may do, as a token can be given it. None includes another."""

    READ = "read"
    ADD = "add"
    MANAGE = "manage"

    @property
    def meaning(self) -> str:
        """For people."""
        return _MEANINGS[self]


class Lacking(StrEnum):
    """What a sign-in lacks when the password was right; until then its session opens nothing."""

    SECOND_FACTOR = "second_factor"
    """A passkey, a code of the colleague's authenticator app, or one of their recovery codes."""
    SET_UP = "set_up"
    """The practice wants a second factor, and the colleague has none yet."""


class Ceremony(StrEnum):
    """What a passkey's answer to a challenge is good for; it is good for nothing else."""

    ADD = "add"
    """A new passkey for who is signed in, or has to set a second factor up."""
    USE = "use"
    """The second step: after a password, or again in a session."""
    SIGN_IN = "sign_in"
    """A sign-in without a password."""


_MEANINGS = {
    Scope.READ: "look at clients, their lists, connections, runs and people",
    Scope.ADD: "add clients: start these runs, choose, retry, stop",
    Scope.MANAGE: "everything else: connections, reconnecting, reassigning, people, tokens",
}

EVERYTHING = frozenset(Scope)
"""What people may use who are there themselves: in a browser, or at the command line."""


def scope_of(kind: RunKind) -> Scope:
    """What it takes to start a run of this kind, and to do something in it."""
    return Scope.ADD if kind is RunKind.ADD_CLIENTS else Scope.MANAGE


def listed(scopes: frozenset[Scope]) -> str:
    """``read, add``: always in the same order."""
    return ", ".join(scope.value for scope in Scope if scope in scopes)
