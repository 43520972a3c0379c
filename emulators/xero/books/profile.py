"""The organisation's own record: ``GET /Organisation``."""

from emulators.xero.books.ids import guid
from emulators.xero.books.practice import Organisation
from emulators.xero.books.record import BOOKS_OPENED, BOOKS_UNTIL, Record, generator, json_date
from emulators.xero.books.words import STREETS

_LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def profile(organisation: Organisation) -> Record:
    """The organisation as Xero describes it."""
    rng = generator(organisation.organisation_id, "profile")
    country = organisation.country
    town, region, post_code = rng.choice(country.towns)
    day, month = country.year_end if rng.random() < 0.7 else (31, 12)
    kind = "SOLE_TRADER" if rng.random() < 0.1 else "COMPANY"
    if country.code == "US":
        kind = "LLC"
    record: Record = {
        "APIKey": "".join(rng.choice(_LETTERS.upper()) for _ in range(30)),
        "Name": organisation.name,
        "LegalName": organisation.name,
        "PaysTax": True,
        "Version": country.version,
        "OrganisationType": kind,
        "BaseCurrency": country.currency,
        "CountryCode": country.code,
        "IsDemoCompany": organisation.is_demo,
        "OrganisationStatus": "ACTIVE",
        "RegistrationNumber": organisation.registration_number,
        "TaxNumber": organisation.tax_number,
        "FinancialYearEndDay": day,
        "FinancialYearEndMonth": month,
        "SalesTaxBasis": country.tax_basis,
        "SalesTaxPeriod": country.tax_period,
        "DefaultSalesTax": "Tax Exclusive",
        "DefaultPurchasesTax": "Tax Exclusive" if rng.random() < 0.5 else "Tax Inclusive",
        "CreatedDateUTC": json_date(BOOKS_OPENED + rng.random() * (BOOKS_UNTIL - BOOKS_OPENED)),
        "OrganisationEntityType": kind,
        "Timezone": country.timezone,
        "ShortCode": "!" + "".join(rng.choice(_LETTERS) for _ in range(5)),
        "OrganisationID": organisation.organisation_id,
        "Edition": "PARTNER" if organisation.plan_class == "LEDGER" else "BUSINESS",
        "Class": organisation.plan_class,
        "LineOfBusiness": organisation.trade,
        "Addresses": [
            {
                "AddressType": "STREET",
                "AddressLine1": f"{rng.randrange(1, 180)} {rng.choice(STREETS)}",
                "City": town,
                "Region": region,
                "PostalCode": post_code,
                "Country": country.code,
            }
        ],
        "Phones": [
            {
                "PhoneType": "OFFICE",
                "PhoneNumber": f"{rng.randrange(2_000_000, 9_999_999)}",
                "PhoneAreaCode": f"{rng.randrange(10, 999)}",
                "PhoneCountryCode": country.phone_code,
            }
        ],
        "ExternalLinks": [
            {"LinkType": "Website", "Url": f"https://www.example.com/{organisation.index}"},
        ],
        "PaymentTerms": {
            "Bills": {"Day": 20, "Type": "OFFOLLOWINGMONTH"},
            "Sales": {"Day": rng.choice((7, 14, 30)), "Type": "DAYSAFTERBILLDATE"},
        },
        "TaxNumberName": country.tax_number_name,
    }
    if rng.random() < 0.4:
        record["PeriodLockDate"] = json_date(BOOKS_UNTIL - 86400 * 91)
        record["EndOfYearLockDate"] = json_date(BOOKS_UNTIL - 86400 * 456)
    return record


def users(organisation: Organisation, people: list[tuple[str, str, str, str, str]]) -> list[Record]:
    """The users of an organisation.

    Args:
        organisation: Whose.
        people: Person id, e-mail, first name, last name and role of each.
    """
    return [
        {
            "UserID": guid(organisation.organisation_id, "user", person_id),
            "GlobalUserID": person_id,
            "EmailAddress": email,
            "FirstName": first_name,
            "LastName": last_name,
            "UpdatedDateUTC": json_date(BOOKS_OPENED + 1000 * number),
            "IsSubscriber": number == 0,
            "OrganisationRole": role,
        }
        for number, (person_id, email, first_name, last_name, role) in enumerate(people)
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
