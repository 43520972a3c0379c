"""The six countries that organisations are in, and what differs between them."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Country:
    """One country.

    Attributes:
        code: ISO 3166 code.
        currency: Base currency, ISO 4217.
        timezone: IANA name.
        suffix: What a company's name ends with.
        phone_code: Country calling code.
        year_end: Day and month of the usual financial year end.
        sales_tax: Key of the tax rate that sales have by default.
        purchases_tax: Key of the tax rate that purchases have by default.
        sales_account: Account code that sales go to by default.
        purchase_accounts: Account codes that purchases go to by default.
        tax_parts: What a tax rate is made of: the name of each part, and its share in per cent points; the last takes
            what is left.
        towns: Town, region and postal code.
    """

    code: str
    currency: str
    timezone: str
    suffix: str
    phone_code: str
    year_end: tuple[int, int]
    sales_tax: str
    purchases_tax: str
    sales_account: str
    purchase_accounts: tuple[str, ...]
    tax_parts: tuple[tuple[str, float], ...]
    towns: tuple[tuple[str, str, str], ...]


_UK_TOWNS = (
    ("Leeds", "West Yorkshire", "LS1 4DY"),
    ("Bristol", "Avon", "BS1 5TR"),
    ("York", "North Yorkshire", "YO1 7HH"),
    ("Norwich", "Norfolk", "NR2 1TF"),
    ("Cardiff", "South Glamorgan", "CF10 2AF"),
    ("Dundee", "Angus", "DD1 4QB"),
)
_AU_TOWNS = (
    ("Geelong", "VIC", "3220"),
    ("Hobart", "TAS", "7000"),
    ("Fremantle", "WA", "6160"),
    ("Newcastle", "NSW", "2300"),
    ("Toowoomba", "QLD", "4350"),
)
_NZ_TOWNS = (
    ("Nelson", "Nelson", "7010"),
    ("Napier", "Hawke's Bay", "4110"),
    ("Dunedin", "Otago", "9016"),
    ("Tauranga", "Bay of Plenty", "3110"),
)
_US_TOWNS = (
    ("Portland", "OR", "97204"),
    ("Boulder", "CO", "80302"),
    ("Savannah", "GA", "31401"),
    ("Burlington", "VT", "05401"),
)
_IE_TOWNS = (
    ("Cork", "Co. Cork", "T12 W8KE"),
    ("Galway", "Co. Galway", "H91 P8CX"),
    ("Sligo", "Co. Sligo", "F91 T2N8"),
    ("Kilkenny", "Co. Kilkenny", "R95 V0XT"),
)
_CA_TOWNS = (
    ("Guelph", "ON", "N1H 3A1"),
    ("Kingston", "ON", "K7L 1A1"),
    ("Halifax", "NS", "B3J 1T3"),
    ("Kelowna", "BC", "V1Y 6H2"),
    ("Red Deer", "AB", "T4N 1X5"),
)
UNITED_KINGDOM = Country(
    "GB", "GBP", "Europe/London", "Ltd", "44", (31, 3), "sales 20", "purchases 20", "200",
    ("429", "453", "463", "489", "310", "400"), (("VAT", 0.0),), _UK_TOWNS,
)  # fmt: skip
AUSTRALIA = Country(
    "AU", "AUD", "Australia/Sydney", "Pty Ltd", "61", (30, 6), "sales 10", "purchases 10", "200",
    ("429", "453", "475", "489", "310", "400"), (("GST", 0.0),), _AU_TOWNS,
)  # fmt: skip
NEW_ZEALAND = Country(
    "NZ", "NZD", "Pacific/Auckland", "Limited", "64", (31, 3), "sales 15", "purchases 15", "200",
    ("429", "453", "475", "489", "310", "400"), (("GST", 0.0),), _NZ_TOWNS,
)  # fmt: skip
UNITED_STATES = Country(
    "US", "USD", "America/Los_Angeles", "LLC", "1", (31, 12), "sales", "purchases", "4000",
    ("6170", "6250", "6260", "5000", "6000", "6080"), (("State", 4.0), ("City", 0.0)), _US_TOWNS,
)  # fmt: skip
IRELAND = Country(
    "IE", "EUR", "Europe/Dublin", "Limited", "353", (31, 12), "sales 23", "purchases 23", "200",
    ("429", "453", "463", "489", "310", "400"), (("VAT", 0.0),), _IE_TOWNS,
)  # fmt: skip
CANADA = Country(
    "CA", "CAD", "America/Toronto", "Inc.", "1", (31, 12), "sales 13", "purchases 13", "4000",
    ("6170", "6250", "6260", "5000", "6000", "6080"), (("GST", 5.0), ("Provincial", 0.0)), _CA_TOWNS,
)  # fmt: skip
COUNTRIES = {
    country.code: country for country in (UNITED_KINGDOM, AUSTRALIA, NEW_ZEALAND, UNITED_STATES, IRELAND, CANADA)
}


@cache
def table(folder: str, country_code: str, columns: int) -> tuple[tuple[str, ...], ...]:
    """Read one of the pipe-separated tables beside this package.

    Args:
        folder: ``charts`` or ``tax_rates``.
        country_code: Which country's table.
        columns: How many columns each row is given; missing ones are empty.
    """
    text = (_ROOT / folder / f"{country_code.lower()}.txt").read_text(encoding="utf-8")
    rows = []
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        cells = [cell.strip() for cell in line.split("|")]
        rows.append(tuple((cells + [""] * columns)[:columns]))
    return tuple(rows)
