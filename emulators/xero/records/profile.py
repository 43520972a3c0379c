"""``Organisation``, the organisation's own record, with ``Users`` and ``BrandingThemes``."""

from collections.abc import Iterable

from emulators.books import profile as books
from emulators.books.drawing import BOOKS_OPENED, BOOKS_UNTIL
from emulators.books.ids import guid
from emulators.books.library import Member
from emulators.books.organisations import Organisation
from emulators.xero.records.practice import plan_class
from emulators.xero.records.record import Record, json_date
from emulators.xero.records.words import COUNTRY, ORGANISATION_ROLE

_DAY = 86_400


def profile(organisation: Organisation) -> Record:
    """The organisation as Xero describes it."""
    country, said = organisation.country, books.profile(organisation)
    words, plan = COUNTRY[country.code], plan_class(organisation)
    day, month = said.year_end
    kind = "LLC" if country.code == "US" else "SOLE_TRADER" if said.form == "sole trader" else "COMPANY"
    record: Record = {
        "APIKey": said.letters[:30].upper(),
        "Name": organisation.name,
        "LegalName": organisation.name,
        "PaysTax": True,
        "Version": words.version,
        "OrganisationType": kind,
        "BaseCurrency": country.currency,
        "CountryCode": country.code,
        "IsDemoCompany": organisation.is_demo,
        "OrganisationStatus": "ACTIVE",
        "RegistrationNumber": organisation.registration_number,
        "TaxNumber": organisation.tax_number,
        "FinancialYearEndDay": day,
        "FinancialYearEndMonth": month,
        "SalesTaxBasis": words.tax_basis,
        "SalesTaxPeriod": words.tax_period,
        "DefaultSalesTax": "Tax Exclusive",
        "DefaultPurchasesTax": "Tax Inclusive" if said.purchases_with_tax else "Tax Exclusive",
        "CreatedDateUTC": json_date(said.opened_at),
        "OrganisationEntityType": kind,
        "Timezone": words.timezone,
        "ShortCode": "!" + said.letters[30:],
        "OrganisationID": organisation.organisation_id,
        "Edition": "PARTNER" if plan == "LEDGER" else "BUSINESS",
        "Class": plan,
        "LineOfBusiness": organisation.trade,
        "Addresses": [
            {
                "AddressType": "STREET",
                "AddressLine1": said.address.line,
                "City": said.address.town,
                "Region": said.address.region,
                "PostalCode": said.address.post_code,
                "Country": country.code,
            }
        ],
        "Phones": [
            {
                "PhoneType": "OFFICE",
                "PhoneNumber": said.phone.number,
                "PhoneAreaCode": said.phone.area_code,
                "PhoneCountryCode": said.phone.country_code,
            }
        ],
        "ExternalLinks": [
            {"LinkType": "Website", "Url": f"https://www.example.com/{organisation.index}"},
        ],
        "PaymentTerms": {
            "Bills": {"Day": 20, "Type": "OFFOLLOWINGMONTH"},
            "Sales": {"Day": said.invoice_days, "Type": "DAYSAFTERBILLDATE"},
        },
        "TaxNumberName": words.tax_number_name,
    }
    if said.is_locked:
        record["PeriodLockDate"] = json_date(BOOKS_UNTIL - _DAY * 91)
        record["EndOfYearLockDate"] = json_date(BOOKS_UNTIL - _DAY * 456)
    return record


def users(organisation: Organisation, members: Iterable[Member]) -> list[Record]:
    """The users of an organisation."""
    return [
        {
            "UserID": guid(organisation.organisation_id, "user", member.person.person_id),
            "GlobalUserID": member.person.person_id,
            "EmailAddress": member.person.email,
            "FirstName": member.person.first_name,
            "LastName": member.person.last_name,
            "UpdatedDateUTC": json_date(BOOKS_OPENED + 1000 * number),
            "IsSubscriber": number == 0,
            "OrganisationRole": ORGANISATION_ROLE[member.role],
        }
        for number, member in enumerate(members)
    ]


def branding_themes(organisation: Organisation) -> list[Record]:
    """The invoice designs of an organisation."""
    return [
        {
            "BrandingThemeID": guid(organisation.organisation_id, "theme", name),
            "Name": name,
            "Type": "INVOICE",
            "SortOrder": order,
            "CreatedDateUTC": json_date(BOOKS_OPENED),
        }
        for order, name in enumerate(("Standard", "Special Projects"))
    ]
