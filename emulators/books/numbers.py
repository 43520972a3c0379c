"""Company, tax and bank numbers with the right lengths and check digits, so that validators accept them.

They are drawn at random and belong to nobody on purpose; a clash with a real number is chance.
"""

from random import Random

_ABN_WEIGHTS = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)
_IRD_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_IRD_SECOND_WEIGHTS = (7, 4, 3, 2, 5, 2, 7, 6)
_IRISH_LETTERS = "WABCDEFGHIJKLMNOPQRSTUV"


def _digits(rng: Random, count: int) -> str:
    return str(rng.randrange(10 ** (count - 1), 10**count))


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def uk_vat_number(rng: Random) -> str:
    """A VAT number: seven digits and two that bring the weighted sum to a multiple of 97."""
    body = _digits(rng, 7)
    remainder = _weighted(body, (8, 7, 6, 5, 4, 3, 2)) % 97
    return f"GB{body}{97 - remainder:02d}"


def uk_company_number(rng: Random) -> str:
    """A company number: eight digits."""
    return f"{rng.randrange(1_000_000, 15_999_999):08d}"


def acn(rng: Random) -> str:
    """An Australian Company Number: eight digits and a check digit."""
    body = _digits(rng, 8)
    return f"{body}{-_weighted(body, (8, 7, 6, 5, 4, 3, 2, 1)) % 10}"


def abn(company_number: str) -> str:
    """The Australian Business Number of a company: two check digits before its company number."""
    base = _weighted("00" + company_number, _ABN_WEIGHTS)
    # The first digit counts one less: with 10 and 1 as weights, ten tens and units follow from the remainder.
    check = 89 - base % 89
    return f"{check + 10}{company_number}"


def nz_ird_number(rng: Random) -> str:
    """A New Zealand IRD number, which is the GST number too: eight digits and a check digit."""
    while True:
        body = str(rng.randrange(10_000_000, 14_999_999))
        for weights in (_IRD_WEIGHTS, _IRD_SECOND_WEIGHTS):
            remainder = _weighted(body, weights) % 11
            check = 0 if remainder == 0 else 11 - remainder
            if check < 10:
                return f"{body}{check}"


def nz_company_number(rng: Random) -> str:
    """A New Zealand company number: seven digits."""
    return _digits(rng, 7)


def ein(rng: Random) -> str:
    """A United States employer identification number."""
    return f"{rng.randrange(10, 99)}-{_digits(rng, 7)}"


def irish_vat_number(rng: Random) -> str:
    """An Irish VAT number of a company: seven digits, a check letter modulo 23, and an A that counts nine times."""
    body = _digits(rng, 7)
    remainder = (_weighted(body, (8, 7, 6, 5, 4, 3, 2)) + 9 * _IRISH_LETTERS.index("A")) % 23
    return f"IE{body}{_IRISH_LETTERS[remainder]}A"


def irish_company_number(rng: Random) -> str:
    """An Irish company number: six digits."""
    return _digits(rng, 6)


def canadian_business_number(rng: Random) -> str:
    """A Canadian business number: eight digits and a check digit by Luhn."""
    body = _digits(rng, 8)
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(body))
    return f"{body}{-sum(one // 10 + one % 10 for one in doubled) % 10}"


def iban(country: str, account: str) -> str:
    """An IBAN: two check digits that make the number, moved round and read in base 36, one above a multiple of 97.

    Args:
        country: ISO 3166 code.
        account: The national part.
    """
    number = int("".join(str(int(sign, 36)) for sign in f"{account}{country}00"))
    return f"{country}{98 - number % 97:02d}{account}"


def bank_account_number(rng: Random, country: str) -> str:
    """A bank account number in the shape that the country writes it."""
    if country == "GB":
        return f"{_digits(rng, 6)}{rng.randrange(10**8):08d}"
    if country == "AU":
        return f"{_digits(rng, 6)}{_digits(rng, 9)}"
    if country == "NZ":
        return f"0{rng.randrange(1, 4)}-{_digits(rng, 4)}-{rng.randrange(10**7):07d}-00"
    if country == "IE":
        return iban("IE", f"BOFI{_digits(rng, 6)}{rng.randrange(10**8):08d}")
    if country == "CA":
        return f"{_digits(rng, 5)}-{_digits(rng, 3)}-{_digits(rng, 7)}"
    return f"{_digits(rng, 9)}{_digits(rng, 10)}"


def company_numbers(rng: Random, country: str) -> tuple[str, str]:
    """The tax number and the registration number of a company.

    Args:
        rng: What is drawn from.
        country: ISO 3166 code.
    """
    if country == "GB":
        return uk_vat_number(rng), uk_company_number(rng)
    if country == "AU":
        company_number = acn(rng)
        return abn(company_number), company_number
    if country == "NZ":
        return nz_ird_number(rng), nz_company_number(rng)
    if country == "IE":
        return irish_vat_number(rng), irish_company_number(rng)
    if country == "CA":
        number = canadian_business_number(rng)
        return f"{number}RT0001", number
    number = ein(rng)
    return number, number
