"""Sessions of real codes, each worked out by hand from the cells of the published files."""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_UP, Decimal

import pytest

from codegraph.billing.lines import parse_line
from codegraph.billing.price.session import price_session

pytestmark = [pytest.mark.full_release, pytest.mark.full_data]
NATION = (Decimal(1), Decimal(1), Decimal(1))


def dollars(exact):
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.fixture(scope="module")
def raw(data_dir):
    """Return what a code pays by the raw cells: work, practice expense, malpractice, conversion factor."""
    with (data_dir / "pfs" / "PPRRVU2025_Oct.csv").open(encoding="latin-1", newline="") as file:
        rows = {(r[0], r[1].strip()): r for r in csv.reader(file) if len(r) == 31}

    def parts(key, setting="facility", indices=NATION):
        code, _, modifier = key.partition("-")
        cells = rows[code, modifier]
        values = (cells[5], cells[8 if setting == "facility" else 6], cells[10])
        return [Decimal(v) * i * Decimal(cells[24]) for v, i in zip(values, indices, strict=True)]

    def amount(key, setting="facility", indices=NATION):
        return sum(parts(key, setting, indices))

    amount.parts = parts
    amount.rows = rows
    return amount


@pytest.fixture(scope="module")
def indices(data_dir):
    with (data_dir / "pfs" / "GPCI2025.csv").open(encoding="utf-8-sig", newline="") as file:
        return {f"{r[0]}-{r[2]}": tuple(map(Decimal, r[4:7])) for r in csv.reader(file) if r[0].isdigit()}


@pytest.fixture(scope="module")
def ask(full):
    def ask(*lines, **how):
        found = price_session(full, [parse_line(line) for line in lines], **how)
        assert found.total == sum(line.amount for line in found.lines)
        return [line.amount for line in found.lines]

    return ask


def test_colonoscopies_through_a_stoma(ask, raw):
    """44388 is the base of 44389 and 44394: (4.03 + 2.10 + 0.54) and (3.02 + 1.66 + 0.42) - (2.72 + 1.51 + 0.42)."""
    assert ask("44388", "44389", "44394") == [
        Decimal("0.00"),
        Decimal("14.56"),  # 0.45 x 32.3465 = 14.555925
        Decimal("215.75"),  # 6.67 x 32.3465 = 215.751155
    ]
    assert dollars(raw("44389") - raw("44388")) == Decimal("14.56")
    assert dollars(raw("44394")) == Decimal("215.75")


def test_a_family_beside_an_operation_and_another_family(ask, raw, indices):
    """44310 pays most; 44394 with 44389 and 45385 with 45380 rank behind it, each as one."""
    there = indices["01112-05"]
    half = Decimal("0.5")

    def amount(code):
        return raw(code, indices=there)

    assert ask("45380", "44389", "44310", "44394", "45385", locality="CA 05") == [
        dollars((amount("45380") - amount("45378")) * half),
        dollars((amount("44389") - amount("44388")) * half),
        dollars(amount("44310")),
        dollars(amount("44394") * half),
        dollars(amount("45385") * half),
    ]


def test_five_operations_and_an_add_on(ask, raw):
    found = ask("44310", "44120", "44140", "44005", "44121")
    most = max(("44310", "44120", "44140", "44005"), key=raw)
    expected = [
        dollars(raw(code) * (1 if code in (most, "44121") else Decimal("0.5")))
        for code in ("44310", "44120", "44140", "44005", "44121")
    ]
    assert most == "44140"
    assert found == expected


def test_spines_by_magnetic_resonance(ask, raw, indices):
    """72148 has the higher technical component (3.71, 72141 has 3.69); the professional ones tie: 72141 first."""
    there = indices["04412-11"]

    def amount(key):
        return raw(key, "nonfacility", there)

    assert ask("72148", "72141", setting="nonfacility", locality="TX Dallas") == [
        dollars(amount("72148-TC") + amount("72148-26") * Decimal("0.95")),
        dollars(amount("72141-TC") * Decimal("0.5") + amount("72141-26")),
    ]


def test_images_at_their_cap(ask, raw, indices, data_dir):
    """Twice an image whose technical component is above its cap: capped, then half of it where that is less."""
    with (data_dir / "pfs" / "OPPSCAP_Oct.csv").open(encoding="latin-1", newline="") as file:
        caps = {
            tuple(c.strip() for c in r[:5]): Decimal(r[6])
            for r in csv.reader(file)
            if len(r) > 6 and r[3].isdigit()
        }
    there = indices["05402-00"]
    found = 0
    for (code, modifier, status, carrier, locality), cap in sorted(caps.items()):
        if (modifier, status, carrier, locality) != ("TC", "A", "05402", "00"):
            continue
        whole = raw(f"{code}-TC", "nonfacility", there)
        second = min(whole * Decimal("0.5"), cap)
        if cap < whole and raw.rows[code, "TC"][18] == "4":
            found += 1
            assert ask(f"{code}-TC x2", setting="nonfacility", locality="NE") == [dollars(cap + second)]
    assert found > 5


def test_therapy(ask, raw):
    """97110 has the highest practice expense (0.43, 97140 has 0.40): one unit of it in full."""
    first, second = raw.parts("97110", "nonfacility"), raw.parts("97140", "nonfacility")
    half = Decimal("0.5")
    assert ask("97110x2", "97140", setting="nonfacility") == [
        dollars(sum(first) * 2 - first[1] * half),
        dollars(sum(second) - second[1] * half),
    ]


@pytest.mark.parametrize(
    ("lower", "higher", "share"), [("93307", "93306", "0.75"), ("92133", "92250", "0.8")]
)
def test_hearts_and_eyes(ask, raw, lower, higher, share):
    def amount(key):
        return raw(key, "nonfacility")

    assert amount(f"{lower}-TC") < amount(f"{higher}-TC")
    assert ask(lower, higher, setting="nonfacility") == [
        dollars(amount(f"{lower}-26") + amount(f"{lower}-TC") * Decimal(share)),
        dollars(amount(higher)),
    ]
