"""What Intuit's documents leave open, contradict each other about, or an app sets for itself: switched by control."""

from dataclasses import dataclass, field
from typing import Literal

Lapsed = Literal["EXPIRED", "RESTRICTED", "SUSPENDED", "CANCELED"]


@dataclass(slots=True)
class Settings:
    """How this stand-in decides what is not documented, and what its app has set.

    Attributes:
        disconnect_url: The app's disconnect address; empty for none.
        reconnect_url: The app's reconnect address; empty for none.
        webhook_url: Where webhooks are sent; empty for nowhere.
        webhook_token: Signs them.
        superseded_seconds: So long a refresh token is still good after a newer one was given out.
        reuse_ends_grant: Using one that is no longer good ends the newer one too.
        takeover_ends_access: When a company is connected anew, access tokens from before are over at once; otherwise
            they live out their hour.
        dead_revocation_refused: Revoking a token that is not known is answered 400 without a body; otherwise 200.
        realm_in_id_token: An id_token says for which company it was given.
        over_a_thousand: What ``MAXRESULTS`` above 1,000 does.
        old_capture: What asking for changes of more than 30 days does.
        pseudo_codes: ``TAX`` and ``NON`` are among the tax codes of companies in the United States.
        off_plan: The code of the fault for a list that the plan or the preferences do not have; 200 answers an empty
            list.
        home_currency_listed: The home currency is among the company's currencies.
        lapsed_word: The ``SubscriptionStatus`` of a company that no longer pays.
        deletes_records: A record that is taken away is gone, as after a merge; otherwise it becomes inactive.
        tells_wait: A 429 says by ``Retry-After`` how long to wait.
        throttled_in_xml: A 429 is written in XML, whatever was asked for.
        batch_items_metered: Each query of a batch counts for the month; otherwise the batch does.
        month_budget: Metered calls in a month, after which the app gets 429 until the next; 0 for any number.
    """

    disconnect_url: str = ""
    reconnect_url: str = ""
    webhook_url: str = ""
    webhook_token: str = field(default="", repr=False)
    superseded_seconds: int = 0
    reuse_ends_grant: bool = False
    takeover_ends_access: bool = False
    dead_revocation_refused: bool = True
    realm_in_id_token: bool = True
    over_a_thousand: Literal["refused", "cut"] = "refused"
    old_capture: Literal["refused", "cut"] = "cut"
    pseudo_codes: bool = True
    off_plan: Literal[200, 5020, 5030] = 5030
    home_currency_listed: bool = False
    lapsed_word: Lapsed = "EXPIRED"
    deletes_records: bool = False
    tells_wait: bool = False
    throttled_in_xml: bool = False
    batch_items_metered: bool = False
    month_budget: int = 0
