"""QuickBooks's words for what the books say: account types, tax agencies, country codes, months."""

from emulators.books.accounts import Kind

BANK_TYPE = {
    "account": ("Bank", "Checking"),
    "savings": ("Bank", "Savings"),
    "card": ("Credit Card", "CreditCard"),
    "wallet": ("Bank", "CashOnHand"),
}
TYPE_OF = {
    Kind.CURRENT_ASSET: ("Other Current Asset", "OtherCurrentAssets"),
    Kind.PREPAYMENT: ("Other Current Asset", "PrepaidExpenses"),
    Kind.INVENTORY: ("Other Current Asset", "Inventory"),
    Kind.FIXED_ASSET: ("Fixed Asset", "OtherFixedAssets"),
    Kind.NONCURRENT_ASSET: ("Other Asset", "OtherLongTermAssets"),
    Kind.CURRENT_LIABILITY: ("Other Current Liability", "OtherCurrentLiabilities"),
    Kind.PAYROLL_LIABILITY: ("Other Current Liability", "PayrollTaxPayable"),
    Kind.LONG_TERM_LIABILITY: ("Long Term Liability", "NotesPayable"),
    Kind.EQUITY: ("Equity", "OwnersEquity"),
    Kind.REVENUE: ("Income", "SalesOfProductIncome"),
    Kind.OTHER_INCOME: ("Other Income", "OtherMiscellaneousIncome"),
    Kind.COST_OF_SALES: ("Cost of Goods Sold", "SuppliesMaterialsCogs"),
    Kind.OVERHEAD: ("Expense", "OfficeGeneralAdministrativeExpenses"),
    Kind.EXPENSE: ("Expense", "OtherBusinessExpenses"),
    Kind.DEPRECIATION: ("Other Expense", "Depreciation"),
}
TYPE_OF_ROLE = {
    "receivables": ("Accounts Receivable", "AccountsReceivable"),
    "payables": ("Accounts Payable", "AccountsPayable"),
    "retained earnings": ("Equity", "RetainedEarnings"),
    "sales tax": ("Other Current Liability", "GlobalTaxPayable"),
    "wages": ("Other Current Liability", "PayrollClearing"),
}
CLASSIFICATION_OF = {
    "Bank": "Asset",
    "Accounts Receivable": "Asset",
    "Other Current Asset": "Asset",
    "Fixed Asset": "Asset",
    "Other Asset": "Asset",
    "Accounts Payable": "Liability",
    "Credit Card": "Liability",
    "Other Current Liability": "Liability",
    "Long Term Liability": "Liability",
    "Equity": "Equity",
    "Income": "Revenue",
    "Other Income": "Revenue",
    "Cost of Goods Sold": "Expense",
    "Expense": "Expense",
    "Other Expense": "Expense",
}
AGENCIES = {
    "GB": ("HM Revenue & Customs (VAT)",),
    "AU": ("Australian Taxation Office",),
    "NZ": ("Inland Revenue",),
    "IE": ("Revenue Commissioners",),
    "CA": ("Canada Revenue Agency", "Ministry of Finance"),
    "US": ("State Department of Revenue", "City Tax Office"),
}
"""One for each part of the country's tax rates."""

COUNTRY_CODES = {"GB": "GBR", "AU": "AUS", "NZ": "NZL", "IE": "IRL", "CA": "CAN", "US": "USA"}
"""As addresses write them."""

MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905  # it reads better
)
