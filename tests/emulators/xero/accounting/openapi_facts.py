# ruff: noqa: SIM905  # split text reads better than hundreds of quotation marks
"""Field names and enumerations that Xero's published OpenAPI description (16.1.0) gives, for the lists served here.

Written down by hand, so that the sandbox is checked against Xero's words and not against its own.
"""

ACCOUNT_TYPES = set(
    "BANK CURRENT CURRLIAB DEPRECIATN DIRECTCOSTS EQUITY EXPENSE FIXED INVENTORY LIABILITY NONCURRENT OTHERINCOME "
    "OVERHEADS PREPAYMENT REVENUE SALES TERMLIAB PAYG".split()
)
SYSTEM_ACCOUNTS = set(
    "DEBTORS CREDITORS BANKCURRENCYGAIN GST GSTONIMPORTS HISTORICAL REALISEDCURRENCYGAIN RETAINEDEARNINGS ROUNDING "
    "TRACKINGTRANSFERS UNPAIDEXPCLM UNREALISEDCURRENCYGAIN WAGEPAYABLES".split()
)
REPORT_TAX_TYPES = set(
    "BASEXCLUDED CAPITALSALESOUTPUT CAPITALEXPENSESINPUT ECOUTPUT ECOUTPUTSERVICES ECINPUT ECACQUISITIONS "
    "EXEMPTEXPENSES EXEMPTINPUT EXEMPTOUTPUT GSTONIMPORTS INPUT INPUTTAXED NONE NONEOUTPUT OUTPUT EXEMPTCAPITAL "
    "EXEMPTEXPORT GSTONCAPITALIMPORTS REVERSECHARGES ZERORATEDINPUT ZERORATEDOUTPUT CAPEXINPUT CAPEXOUTPUT "
    "USSALESTAX".split()
)
TAX_TYPES = set(
    "OUTPUT INPUT CAPEXINPUT EXEMPTEXPORT EXEMPTEXPENSES EXEMPTCAPITAL EXEMPTOUTPUT INPUTTAXED BASEXCLUDED "
    "GSTONCAPIMPORTS GSTONIMPORTS NONE INPUT2 ZERORATED OUTPUT2 CAPEXINPUT2 CAPEXOUTPUT2 ECACQUISITIONS ECZROUTPUT "
    "ECZROUTPUTSERVICES EXEMPTINPUT REVERSECHARGES RRINPUT RROUTPUT SRINPUT SROUTPUT ZERORATEDINPUT "
    "ZERORATEDOUTPUT".split()
)
ORGANISATION_CLASSES = set("DEMO TRIAL STARTER STANDARD PREMIUM LEDGER ULTIMATE IGNITE GROW COMPREHENSIVE".split())
STATUSES = {"ACTIVE", "ARCHIVED", "DELETED"}
LINE_AMOUNTS = {"INCLUSIVE", "EXCLUSIVE", "NONE"}

ENUMS: dict[str, dict[str, set[str]]] = {
    "Organisation": {
        "Version": {"AU", "NZ", "UK", "US"},
        "Class": ORGANISATION_CLASSES,
        "Edition": {"BUSINESS", "PARTNER"},
        "OrganisationType": {"COMPANY", "SOLE_TRADER", "LLC"},
        "SalesTaxBasis": {"PAYMENTS", "INVOICE", "NONE", "CASH", "ACCRUAL", "ACCRUALS"},
        "SalesTaxPeriod": {"MONTHLY", "QUARTERLY1", "QUARTERLY", "TWOMONTHS"},
        "Timezone": {
            "GMTSTANDARDTIME",
            "AUSEASTERNSTANDARDTIME",
            "NEWZEALANDSTANDARDTIME",
            "PACIFICSTANDARDTIME",
        },
    },
    "Accounts": {
        "Type": ACCOUNT_TYPES,
        "Class": {"ASSET", "EQUITY", "EXPENSE", "LIABILITY", "REVENUE"},
        "Status": STATUSES,
        "BankAccountType": {"BANK", "CREDITCARD", "PAYPAL", "NONE", ""},
        "SystemAccount": SYSTEM_ACCOUNTS,
        "TaxType": TAX_TYPES,
    },
    "TaxRates": {
        "Status": STATUSES | {"PENDING"},
        "ReportTaxType": REPORT_TAX_TYPES,
        "TaxType": TAX_TYPES | {"TAX001", "TAX002"},
    },
    "TrackingCategories": {"Status": STATUSES},
    "Contacts": {
        "ContactStatus": {"ACTIVE", "ARCHIVED", "GDPRREQUEST"},
        "SalesDefaultLineAmountType": LINE_AMOUNTS,
        "PurchasesDefaultLineAmountType": LINE_AMOUNTS,
        "AccountsReceivableTaxType": TAX_TYPES,
        "AccountsPayableTaxType": TAX_TYPES,
    },
    "Items": {},
    "Currencies": {"Code": {"GBP", "AUD", "NZD", "USD", "EUR", "CAD", "SGD", "JPY"}},
    "ContactGroups": {"Status": {"ACTIVE", "DELETED"}},
    "Users": {"OrganisationRole": {"READONLY", "INVOICEONLY", "STANDARD", "FINANCIALADVISER"}},
    "BrandingThemes": {"Type": {"INVOICE"}},
}

FIELDS: dict[str, set[str]] = {
    "Organisation": set(
        "OrganisationID APIKey Name LegalName PaysTax Version OrganisationType BaseCurrency CountryCode IsDemoCompany "
        "OrganisationStatus RegistrationNumber TaxNumber FinancialYearEndDay FinancialYearEndMonth SalesTaxBasis "
        "SalesTaxPeriod DefaultSalesTax DefaultPurchasesTax PeriodLockDate EndOfYearLockDate CreatedDateUTC Timezone "
        "OrganisationEntityType ShortCode Class Edition LineOfBusiness Addresses Phones ExternalLinks PaymentTerms "
        "TaxNumberName".split()
    ),
    "Accounts": set(
        "Code Name AccountID Type BankAccountNumber Status Description BankAccountType CurrencyCode TaxType "
        "EnablePaymentsToAccount ShowInExpenseClaims Class SystemAccount ReportingCode ReportingCodeName "
        "HasAttachments UpdatedDateUTC AddToWatchlist".split()
    ),
    "TaxRates": set(
        "Name TaxType TaxComponents Status ReportTaxType CanApplyToAssets CanApplyToEquity CanApplyToExpenses "
        "CanApplyToLiabilities CanApplyToRevenue DisplayTaxRate EffectiveRate".split()
    ),
    "TrackingCategories": {"TrackingCategoryID", "Name", "Status", "Options"},
    "Contacts": set(
        "ContactID ContactNumber AccountNumber ContactStatus Name FirstName LastName CompanyNumber EmailAddress "
        "ContactPersons BankAccountDetails TaxNumber AccountsReceivableTaxType AccountsPayableTaxType Addresses "
        "Phones IsSupplier IsCustomer SalesDefaultLineAmountType PurchasesDefaultLineAmountType DefaultCurrency "
        "SalesDefaultAccountCode PurchasesDefaultAccountCode SalesTrackingCategories PurchasesTrackingCategories "
        "PaymentTerms UpdatedDateUTC ContactGroups Balances HasAttachments HasValidationErrors".split()
    ),
    "Items": set(
        "Code Name IsSold IsPurchased Description PurchaseDescription PurchaseDetails SalesDetails "
        "IsTrackedAsInventory UpdatedDateUTC ItemID".split()
    ),
    "Currencies": {"Code", "Description"},
    "ContactGroups": {"ContactGroupID", "Name", "Status"},
    "Users": set(
        "UserID GlobalUserID EmailAddress FirstName LastName UpdatedDateUTC IsSubscriber OrganisationRole".split()
    ),
    "BrandingThemes": {"BrandingThemeID", "Name", "Type", "SortOrder", "CreatedDateUTC"},
}

LIMITS: dict[str, dict[str, int]] = {
    "Accounts": {"Code": 10, "Name": 150},
    "TrackingCategories": {"Name": 100},
    "Contacts": {"Name": 255, "ContactNumber": 50, "AccountNumber": 50, "TaxNumber": 50, "CompanyNumber": 50},
    "Items": {"Code": 30, "Name": 50},
}
