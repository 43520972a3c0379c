"""What Sage's documents leave open, contradict each other about, or mark as likely to change: switched by control."""

from dataclasses import dataclass
from typing import Literal

Status = Literal[401, 403, 404]


@dataclass(slots=True)
class Settings:
    """How this stand-in decides what is not documented.

    Attributes:
        grant_per_country: A person's consents for several countries stand beside each other; otherwise the newest
            replaces the others.
        country_only: A sign-in reaches only businesses in its country.
        country_in_callback: The browser brings the country back beside the code.
        state_on_errors: It brings the state back beside an error.
        basic_auth: Credentials in the header are accepted too.
        dead_revocation_refused: Revoking a token that is not known is refused.
        user_is_requester: The id of ``/user`` is the ``requested_by_id`` of the tokens.
        missing_business_refused: Calls without ``X-Business`` are refused with 401; otherwise they are about the lead
            business.
        has_lead: A person has a lead business, the first that they reach; otherwise nobody has one, as somebody may not
            who has created none.
        unknown_business: The status for an ``X-Business`` that the person does not reach.
        off_plan: The status for a list that the plan does not have; 200 answers an empty list.
        items_on_start: The plan Start has products and services.
        plus: The subscription id of the plan Plus; the other of the two is Standard.
        businesses_per_page: Rows of ``/businesses`` in a page; 0 puts all in one.
        businesses_with_attributes: ``/businesses`` heeds ``attributes``.
        absolute_next: ``$next`` and ``$back`` are whole addresses.
        amounts_as_numbers: Amounts are JSON numbers, as the description says; otherwise decimal strings, as samples do.
        percentages_as_numbers: The same for the percentages of tax rates.
        nested_in_full: What is nested has all of its fields without ``nested_attributes``.
        tells_wait: A 429 says by ``Retry-After`` how long to wait, where there is a time to wait.
        bare_errors: An error is one JSON object; otherwise a list with one.
    """

    grant_per_country: bool = False
    country_only: bool = False
    country_in_callback: bool = True
    state_on_errors: bool = True
    basic_auth: bool = False
    dead_revocation_refused: bool = False
    user_is_requester: bool = False
    missing_business_refused: bool = False
    has_lead: bool = True
    unknown_business: Status = 403
    off_plan: Literal[200, 401, 403, 404] = 403
    items_on_start: bool = True
    plus: Literal["ACCOUNTING", "ACCOUNTING_10"] = "ACCOUNTING"
    businesses_per_page: int = 0
    businesses_with_attributes: bool = False
    absolute_next: bool = False
    amounts_as_numbers: bool = False
    percentages_as_numbers: bool = False
    nested_in_full: bool = False
    tells_wait: bool = False
    bare_errors: bool = False
