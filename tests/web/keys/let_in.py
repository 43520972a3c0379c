"""Somebody who asks for something, and whether a rule of ``authorisation`` lets them in."""

from dataclasses import dataclass, field

from contracts.words.access import Scope
from tests.web.authorisation import Rule


@dataclass(frozen=True)
class Who:
    """Somebody who comes.

    Attributes:
        name: For what goes wrong.
        bearer: The token that they send, if any.
        session: The session's secret that their browser sends, if any.
        is_colleague: Whether they are an active colleague of the first practice, with what they send.
        is_admin: Whether they are an admin there.
        is_neighbour: Whether they are an active admin next door.
        is_support: Whether they are of support.
        scopes: What their token may be used for.
    """

    name: str
    bearer: str | None = field(default=None, repr=False)
    session: str | None = field(default=None, repr=False)
    is_colleague: bool = False
    is_admin: bool = False
    is_neighbour: bool = False
    is_support: bool = False
    scopes: frozenset[Scope] = frozenset()


def is_let_in(who: Who, rule: Rule) -> bool:
    """Whether a rule lets somebody in."""
    is_somebody = who.is_colleague or who.is_neighbour
    on_pages = is_somebody and who.session is not None
    with_token = is_somebody and who.bearer is not None
    match rule:
        case Rule.OPEN | Rule.SECRET:
            return True
        case Rule.PAGE:
            return on_pages
        case Rule.ADMIN_PAGE:
            return on_pages and who.is_admin
        case Rule.READ | Rule.ADD | Rule.MANAGE:
            return with_token and Scope[rule.name] in who.scopes
        case Rule.ADMIN_READ:
            return with_token and who.is_admin and Scope.READ in who.scopes
        case Rule.IMPORT:
            return with_token and {Scope.ADD, Scope.MANAGE} <= who.scopes
        case Rule.ADMIN_MANAGE:
            return with_token and who.is_admin and Scope.MANAGE in who.scopes
        case Rule.SUPPORT | Rule.NOBODY:
            return who.is_support and rule is Rule.SUPPORT


def is_kept_out(who: Who, rule: Rule) -> bool:
    """Whether a rule keeps somebody out, whatever they ask for."""
    if rule is Rule.ADD and Scope.MANAGE in who.scopes:  # runs of other kinds are theirs
        return False
    return rule not in {Rule.OPEN, Rule.SECRET} and not is_let_in(who, rule)
