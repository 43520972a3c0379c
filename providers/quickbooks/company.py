"""What a company says of itself: its record, its preferences, and what follows from them for its lists.

``CompanyInfo.Id`` is 1 in every company; a company's identity is its realm. A company whose subscription has ended
stays readable, and no error tells: its status does.
"""

from calendar import month_name, monthrange
from dataclasses import dataclass

from contracts.words import standard_information as rows
from contracts.words.runs import Mark
from contracts.words.standard_information import listed_name
from providers.kit.json_values import Record, day, flag, json_text, nested, records_in, text

_READ_ONLY = frozenset({"EXPIRED", "RESTRICTED", "SUSPENDED", "CANCELED", "CANCELLED"})
_MONTHS = {name.lower(): number for number, name in enumerate(month_name) if name}
_ORDINARY_YEAR = 2025


@dataclass(frozen=True, slots=True)
class Company:
    """A company's two records.

    Attributes:
        info: CompanyInfo.
        preferences: Preferences; empty where only the other one was read.
    """

    info: Record
    preferences: Record

    @property
    def name(self) -> str:
        """Its name, as far as the connections table holds it."""
        return listed_name(text(self.info.get("CompanyName")) or text(self.info.get("LegalName")))

    @property
    def status(self) -> str | None:
        """Its subscription's status, as Intuit writes it."""
        return self._told("SubscriptionStatus")

    @property
    def plan(self) -> str | None:
        """Its edition, such as ``QuickBooks Online Plus``."""
        return self._told("OfferingSku")

    @property
    def has_ended(self) -> bool:
        """Whether its subscription has ended, so that nothing can be written."""
        return (self.status or "").strip().upper() in _READ_ONLY

    @property
    def marks(self) -> frozenset[Mark]:
        """What it is besides."""
        return frozenset([Mark.DEMO] * self.is_sample + [Mark.ENDED] * self.has_ended)

    @property
    def is_sample(self) -> bool:
        """Whether its books are invented."""
        return flag(self.info.get("SampleFile")) is True

    @property
    def is_american(self) -> bool:
        """Whether its sales tax is that of the United States, with two codes that are not in the list."""
        return (text(self.info.get("Country")) or "").strip().upper() in {"US", "USA"}

    @property
    def home_currency(self) -> tuple[str, str | None] | None:
        """ISO 4217 code and name of its currency; None where that is not told."""
        home = nested(self._prefs("CurrencyPrefs").get("HomeCurrency"))
        return (code, text(home.get("name"))) if (code := text(home.get("value"))) else None

    @property
    def has_currencies(self) -> bool:
        """Whether it uses more than one currency; most editions cannot, and asking for the list may be refused."""
        return flag(self._prefs("CurrencyPrefs").get("MultiCurrencyEnabled")) is True

    @property
    def has_account_numbers(self) -> bool:
        """Whether its accounts have numbers."""
        return flag(self._prefs("AccountingInfoPrefs").get("UseAccountNumbers")) is True

    @property
    def tracks(self) -> tuple[str, ...]:
        """The entities by which it tracks: ``Class``, ``Department``, both or none."""
        accounting = self._prefs("AccountingInfoPrefs")
        by_class = [flag(accounting.get(name)) for name in ("ClassTrackingPerTxn", "ClassTrackingPerTxnLine")]
        by_department = flag(accounting.get("TrackDepartments"))
        return ("Class",) * (True in by_class) + ("Department",) * (by_department is True)

    @property
    def may_track(self) -> bool:
        """Whether its edition has classes and locations; true where the edition is not known."""
        plan = (self.plan or "").lower()
        return not any(name in plan for name in ("simple start", "simplestart", "essentials", "easystart", "lite"))

    @property
    def word_for_departments(self) -> str:
        """What the company calls them on its pages."""
        return text(self._prefs("AccountingInfoPrefs").get("DepartmentTerminology")) or "Location"

    def profile(self, realm: str) -> rows.OrganisationProfile:
        """The profile."""
        status, home = self.status, self.home_currency
        year_end = _month_before(text(self.info.get("FiscalYearStartMonth")))
        info = self.info
        return rows.OrganisationProfile(
            key=realm,
            name=self.name,
            legal_name=text(info.get("LegalName")),
            country_code=text(info.get("Country")),
            base_currency=home[0] if home else None,
            tax_number=text(info.get("EmployerId")),
            registration_number=None,
            organisation_type=self._told("CompanyType"),
            plan=self.plan,
            status=rows.ENDED if self.has_ended else status,
            is_demo=self.is_sample,
            is_trial=status is not None and status.strip().upper().startswith("TRIAL"),
            time_zone=text(info.get("DefaultTimeZone")),
            short_code=None,
            pays_tax=flag(self._prefs("TaxPrefs").get("UsingSalesTax")),
            financial_year_end_day=None if year_end is None else monthrange(_ORDINARY_YEAR, year_end)[1],
            financial_year_end_month=year_end,
            period_lock_date=day(self._prefs("AccountingInfoPrefs").get("BookCloseDate")),
            end_of_year_lock_date=None,
            record=json_text({**info, "Preferences": self.preferences}),
        )

    def _prefs(self, name: str) -> Record:
        return nested(self.preferences.get(name))

    def _told(self, name: str) -> str | None:
        pairs = records_in(self.info.get("NameValue"))
        return next((text(pair.get("Value")) for pair in pairs if pair.get("Name") == name), None)


def _month_before(start: str | None) -> int | None:
    """The number of the month before one that is named in English; None where that is no month."""
    number = _MONTHS.get((start or "").strip().lower())
    return None if number is None else (number - 2) % 12 + 1
