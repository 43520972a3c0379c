"""What an API token may be used for, which scope each kind of run needs, and what a signed-in session may lack."""

from enum import StrEnum

from contracts.words.runs import RunKind


class Scope(StrEnum):
    """A part of what a colleague may do, as a token can be given it. None includes another."""

    READ = "read"
    ADD = "add"
    MANAGE = "manage"

    @property
    def meaning(self) -> str:
        """The scope in words for people."""
        return _MEANINGS[self]


class Lacking(StrEnum):
    """What is missing after the right password: until it is given, the session opens only the pages that ask for it."""

    SECOND_FACTOR = "second_factor"
    """A passkey, a code of the colleague's authenticator app, or one of their recovery codes."""
    SET_UP = "set_up"
    """The practice wants a second factor, and the colleague has none yet."""


class Ceremony(StrEnum):
    """What a passkey's answer to a challenge may be used for; the answer is refused for anything else."""

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
    """The scope that a token needs to start a run of this kind and to act in it."""
    return Scope.ADD if kind is RunKind.ADD_CLIENTS else Scope.MANAGE


def listed(scopes: frozenset[Scope]) -> str:
    """Scopes as one text, such as ``read, add``, always in the same order."""
    return ", ".join(scope.value for scope in Scope if scope in scopes)
