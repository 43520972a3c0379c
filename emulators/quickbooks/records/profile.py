"""``CompanyInfo``: what a company says of itself."""

from emulators.books.organisations import Organisation
from emulators.books.profile import profile
from emulators.quickbooks.records.practice import is_american, plan_name
from emulators.quickbooks.records.record import Record, entity, stamp
from emulators.quickbooks.records.words import COUNTRY_CODES, MONTHS

COMPANY_ID = "1"
"""The id of the record, in every company: it is not the realm."""

_PAYING = ("SUBSCRIBED", "PAID")
LAPSED = "EXPIRED"
"""The status of a company that no longer pays, unless a switch says another word."""


def company_info(organisation: Organisation) -> list[Record]:
    """The one record of ``CompanyInfo``."""
    told = profile(organisation)
    address = _address(organisation)
    record = entity(COMPANY_ID, told.opened_at) | {
        "CompanyName": organisation.name,
        "LegalName": organisation.name,
        "CompanyAddr": address | {"Id": "1"},
        "LegalAddr": address | {"Id": "2"},
        "CustomerCommunicationAddr": address | {"Id": "3"},
        "PrimaryPhone": {"FreeFormNumber": f"({told.phone.area_code}) {told.phone.number}"},
        "CompanyStartDate": stamp(told.opened_at)[:10],
        "FiscalYearStartMonth": MONTHS[told.year_end[1] % 12],
        "Country": organisation.country.code,
        "Email": {"Address": f"books{organisation.index}@example.com"},
        "WebAddr": {},
        "SupportedLanguages": "en",
        "DefaultTimeZone": organisation.country.timezone,
        "NameValue": [
            {"Name": name, "Value": value}
            for name, value in (
                ("SubscriptionStatus", _status(organisation)),
                ("OfferingSku", plan_name(organisation)),
                ("IndustryType", organisation.trade),
                ("CompanyType", "Sole Proprietor" if told.form == "sole trader" else "Private Limited Company"),
                ("PayrollFeature", "false"),
                ("AccountantFeature", "true"),
            )
        ],
    }
    if is_american(organisation):
        record["EmployerId"] = organisation.tax_number
    return [record]


def _status(organisation: Organisation) -> str:
    if organisation.is_lapsed:
        return LAPSED
    return "TRIAL" if organisation.is_trial else _PAYING[organisation.index % 2]


def _address(organisation: Organisation) -> Record:
    found = profile(organisation).address
    return {
        "Line1": found.line,
        "City": found.town,
        "Country": COUNTRY_CODES[organisation.country.code],
        "CountrySubDivisionCode": found.region,
        "PostalCode": found.post_code,
    }
