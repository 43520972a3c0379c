"""What each entity is like for queries: its properties, whether it can be inactive, and what it needs to be there.

Properties are those of Intuit's schema, as far as the books fill or a client may well ask for them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from emulators.books.organisations import Organisation
from emulators.quickbooks.records.practice import has_tracking
from emulators.quickbooks.records.preferences import uses_currencies
from emulators.quickbooks.records.profile import COMPANY_ID

_META = frozenset({"Id", "SyncToken", "MetaData", "MetaData.CreateTime", "MetaData.LastUpdatedTime"})
ACTIVE = "Active"


def _always(_organisation: Organisation) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity.

    Attributes:
        name: As queries and answers write it.
        properties: That a statement may name.
        on_request: Those of them that ``*`` leaves out.
        is_captured: Whether change data capture tells of it.
        webhook: Its name in webhooks; empty if there are none.
        is_there: Whether a company has it, by plan and preferences.
        single: The id of its only record; empty for a list.
    """

    name: str
    properties: frozenset[str]
    on_request: frozenset[str] = frozenset()
    is_captured: bool = True
    webhook: str = ""
    is_there: Callable[[Organisation], bool] = _always
    single: str = ""

    @property
    def can_be_inactive(self) -> bool:
        """Whether a record of it may be inactive."""
        return ACTIVE in self.properties


def _properties(text: str) -> frozenset[str]:
    return _META | frozenset(text.split())


_NAMES = """Title GivenName MiddleName FamilyName Suffix CompanyName DisplayName PrintOnCheckName Active PrimaryPhone
    PrimaryEmailAddr AlternatePhone Mobile Fax WebAddr BillAddr CurrencyRef Balance AcctNum Notes"""

_ALL = (
    Entity(
        "CompanyInfo",
        _properties(
            """CompanyName LegalName CompanyAddr LegalAddr CustomerCommunicationAddr PrimaryPhone CompanyStartDate
            FiscalYearStartMonth Country Email WebAddr SupportedLanguages DefaultTimeZone NameValue EmployerId"""
        ),
        is_captured=False,
        single=COMPANY_ID,
    ),
    Entity(
        "Preferences",
        _properties(
            """AccountingInfoPrefs ProductAndServicesPrefs SalesFormsPrefs EmailMessagesPrefs VendorAndPurchasesPrefs
            TimeTrackingPrefs TaxPrefs CurrencyPrefs ReportPrefs OtherPrefs"""
        ),
        is_captured=False,
        webhook="preferences",
        single=COMPANY_ID,
    ),
    Entity(
        "Account",
        _properties(
            """Name SubAccount ParentRef Description FullyQualifiedName Active Classification AccountType AccountSubType
            AcctNum CurrentBalance CurrentBalanceWithSubAccounts CurrencyRef TaxCodeRef"""
        ),
        webhook="account",
    ),
    Entity(
        "Class",
        _properties("Name SubClass ParentRef FullyQualifiedName Active"),
        webhook="class",
        is_there=has_tracking,
    ),
    Entity(
        "Department",
        _properties("Name SubDepartment ParentRef FullyQualifiedName Active Address"),
        webhook="department",
        is_there=has_tracking,
    ),
    Entity(
        "TaxCode",
        _properties("Name Description Active Hidden Taxable TaxGroup SalesTaxRateList PurchaseTaxRateList"),
        is_captured=False,
    ),
    Entity(
        "TaxRate",
        _properties(
            """Name Description Active RateValue AgencyRef TaxReturnLineRef EffectiveTaxRate SpecialTaxType DisplayType
            OriginalTaxRate"""
        ),
        is_captured=False,
    ),
    Entity(
        "TaxAgency",
        _properties("DisplayName TaxRegistrationNumber TaxTrackedOnSales TaxTrackedOnPurchases LastFileDate"),
        is_captured=False,
        webhook="taxagency",
    ),
    Entity(
        "Item",
        _properties(
            """Name Sku Description Active SubItem ParentRef Level FullyQualifiedName Taxable SalesTaxIncluded UnitPrice
            Type IncomeAccountRef PurchaseDesc PurchaseTaxIncluded PurchaseCost ExpenseAccountRef AssetAccountRef
            TrackQtyOnHand QtyOnHand InvStartDate SalesTaxCodeRef PurchaseTaxCodeRef"""
        ),
        on_request=frozenset({"Sku"}),
        webhook="item",
    ),
    Entity("Vendor", _properties(f"{_NAMES} TaxIdentifier TermRef Vendor1099 BillRate"), webhook="vendor"),
    Entity(
        "Customer",
        _properties(
            f"""{_NAMES} FullyQualifiedName Taxable Job BillWithParent ParentRef Level IsProject BalanceWithJobs
            ShipAddr DefaultTaxCodeRef SalesTermRef PaymentMethodRef PreferredDeliveryMethod ResaleNum"""
        ),
        webhook="customer",
    ),
    Entity("CompanyCurrency", _properties("Code Name Active"), webhook="currency", is_there=uses_currencies),
)
ENTITIES = {entity.name: entity for entity in _ALL}
BY_LOWER_NAME = {entity.name.lower(): entity for entity in _ALL}
