"""Company and tax numbers pass the checks that their countries publish."""

from collections.abc import Iterable

from emulators.books import numbers
from emulators.books.drawing import generator

DRAWS = [generator("numbers", draw) for draw in range(300)]


def weighted(weights: Iterable[int], digits: list[int]) -> int:
    return sum(weight * digit for weight, digit in zip(weights, digits, strict=True))


def test_uk_vat_numbers_sum_to_a_multiple_of_97() -> None:
    for draw in DRAWS:
        digits = [int(digit) for digit in numbers.uk_vat_number(draw).removeprefix("GB")]
        assert len(digits) == 9
        assert (weighted(range(8, 1, -1), digits[:7]) + digits[7] * 10 + digits[8]) % 97 == 0


def test_abns_sum_to_a_multiple_of_89_and_end_in_the_acn() -> None:
    for draw in DRAWS:
        acn = numbers.acn(draw)
        assert numbers.abn(acn).endswith(acn)
        first, *others = (int(digit) for digit in numbers.abn(acn))
        assert len(others) == 10
        assert weighted([10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19], [first - 1, *others]) % 89 == 0


def test_acns_end_in_their_check_digit() -> None:
    for draw in DRAWS:
        *digits, check = (int(digit) for digit in numbers.acn(draw))
        assert (10 - weighted(range(8, 0, -1), digits) % 10) % 10 == check


def test_ird_numbers_have_a_check_digit() -> None:
    for draw in DRAWS:
        *digits, check = (int(digit) for digit in numbers.nz_ird_number(draw))
        sums = [weighted(weights, digits) for weights in ([3, 2, 7, 6, 5, 4, 3, 2], [7, 4, 3, 2, 5, 2, 7, 6])]
        assert any((total + check) % 11 == 0 for total in sums)


def test_irish_vat_numbers_have_their_check_letter() -> None:
    for draw in DRAWS:
        number = numbers.irish_vat_number(draw).removeprefix("IE")
        total = weighted(range(8, 1, -1), [int(digit) for digit in number[:7]]) + 9
        assert "WABCDEFGHIJKLMNOPQRSTUV"[total % 23] + "A" == number[7:]


def test_canadian_business_numbers_pass_luhn() -> None:
    for draw in DRAWS:
        digits = [int(digit) for digit in numbers.canadian_business_number(draw)]
        doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
        assert len(digits) == 9
        assert (sum(digits[::2]) + sum(doubled)) % 10 == 0


def test_ibans_are_one_above_a_multiple_of_97() -> None:
    for draw in DRAWS:
        number = numbers.bank_account_number(draw, "IE")
        assert len(number) == 22
        assert int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1
