"""Which scopes an app may ask for, and which an Accounting read needs."""

IDENTITY_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})

_AREAS = ("settings", "contacts", "invoices", "payments", "banktransactions", "manualjournals", "attachments")
_KNOWN = (
    IDENTITY_SCOPES
    | {f"accounting.{area}" for area in _AREAS}
    | {f"accounting.{area}.read" for area in _AREAS}
    | {"accounting.budgets.read", "accounting.journals.read"}
)
_CLOSED = frozenset({"accounting.transactions", "accounting.transactions.read", "accounting.reports.read"})
"""Broad scopes that apps made since March 2026 cannot have."""

SCOPE_OF_LIST = {
    "Organisation": "accounting.settings",
    "Accounts": "accounting.settings",
    "TaxRates": "accounting.settings",
    "TrackingCategories": "accounting.settings",
    "Items": "accounting.settings",
    "Currencies": "accounting.settings",
    "Contacts": "accounting.contacts",
    "ContactGroups": "accounting.contacts",
    "Users": "accounting.settings",
    "BrandingThemes": "accounting.settings",
}


def is_known(scope: str) -> bool:
    """Whether the app may ask for it; an error page awaits those that ask for others."""
    return scope in _KNOWN or _is_report(scope)


def _is_report(scope: str) -> bool:
    return scope.startswith("accounting.reports.") and scope.endswith(".read") and scope not in _CLOSED


def allows(granted: frozenset[str], list_name: str) -> bool:
    """Whether these granted scopes let the list be read."""
    needed = SCOPE_OF_LIST[list_name]
    if list_name == "Items" and not granted.isdisjoint({"accounting.invoices", "accounting.invoices.read"}):
        return True
    return needed in granted or f"{needed}.read" in granted
