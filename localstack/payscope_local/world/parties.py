"""Who takes part: bank profiles, merchants with their trade, issuers with BINs, cards."""

from dataclasses import dataclass, replace

import numpy as np

from payscope_local.world.plan import Rows, WorldPlan

NETWORKS = ("VISA", "MASTERCARD", "AMEX", "DISCOVER", "JCB", "UNIONPAY")
PRODUCTS = ("DEBIT", "CREDIT", "COMMERCIAL")
CHANNELS = ("POS", "ECOM", "RECURRING", "MOTO")
EXPONENTS = {"EUR": 2, "GBP": 2, "USD": 2, "CHF": 2, "CAD": 2, "JPY": 0}
CURRENCIES = tuple(EXPONENTS)
# One unit of the currency in euro, only to give amounts a plausible size and rates a start.
EURO_VALUE = {"EUR": 1.0, "GBP": 1.17, "USD": 0.91, "CHF": 1.06, "CAD": 0.66, "JPY": 0.0061}
EEA_AND_UK = frozenset(("DE", "FR", "NL", "AT", "IE", "GB", "IT", "ES"))


@dataclass(frozen=True, slots=True)
class Trade:
    """One merchant category: ticket sizes (log-normal, in euro), channels and habits."""

    mcc: str
    word: str
    share: float
    median: float
    sigma: float
    channels: tuple[float, float, float, float]
    refund_rate: float
    dispute_factor: float
    peak_hour: float


TRADES = (
    Trade("5411", "Market", 0.20, 27, 0.75, (0.97, 0.03, 0, 0), 0.006, 0.2, 17),
    Trade("5812", "Kitchen", 0.10, 36, 0.6, (0.95, 0.05, 0, 0), 0.004, 0.3, 19),
    Trade("5814", "Snack Bar", 0.09, 11, 0.5, (0.96, 0.04, 0, 0), 0.003, 0.2, 12),
    Trade("5813", "Taproom", 0.03, 22, 0.6, (1, 0, 0, 0), 0.003, 0.4, 21),
    Trade("5542", "Fuel Pumps", 0.06, 58, 0.3, (1, 0, 0, 0), 0.001, 0.2, 8),
    Trade("5912", "Pharmacy", 0.06, 21, 0.7, (0.9, 0.1, 0, 0), 0.008, 0.2, 11),
    Trade("4111", "Transit", 0.06, 7, 0.5, (0.7, 0.3, 0, 0), 0.006, 0.3, 8),
    Trade("5311", "Department Store", 0.07, 58, 0.8, (0.7, 0.28, 0, 0.02), 0.035, 0.7, 15),
    Trade("5651", "Clothing", 0.10, 66, 0.7, (0.3, 0.69, 0, 0.01), 0.075, 1.3, 20),
    Trade("5732", "Electronics", 0.06, 190, 0.9, (0.3, 0.67, 0, 0.03), 0.04, 2.4, 20),
    Trade("5968", "Subscriptions", 0.06, 14, 0.4, (0, 0.15, 0.85, 0), 0.015, 2.0, 5),
    Trade("5816", "Game Studio", 0.04, 17, 0.8, (0, 1, 0, 0), 0.02, 3.0, 21),
    Trade("7011", "Hotel", 0.03, 210, 0.7, (0.6, 0.35, 0, 0.05), 0.02, 1.2, 10),
    Trade("4722", "Travel", 0.02, 380, 0.8, (0.05, 0.8, 0, 0.15), 0.05, 3.0, 20),
    Trade("5999", "Workshop", 0.02, 44, 0.8, (0.6, 0.35, 0, 0.05), 0.02, 1.0, 14),
)  # fmt: skip
MCC = tuple(trade.mcc for trade in TRADES)


@dataclass(frozen=True, slots=True)
class Place:
    """A country in which a bank's merchants trade, with the currencies they sell and settle in."""

    country: str
    share: float
    currency: str
    settles_in: str
    cities: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BankProfile:
    """What kind of bank it is."""

    name: str
    timezone: str
    currency: str
    acquirer_bin: str
    iban_start: str
    provider: str
    merchant_start: int
    places: tuple[Place, ...]


PROFILES = (
    BankProfile(
        name="Nordhafen Bank",
        timezone="Europe/Berlin",
        currency="EUR",
        acquirer_bin="412086",
        iban_start="DE40",
        provider="adyen",
        merchant_start=10_000,
        places=(
            Place("DE", 0.50, "EUR", "EUR", ("Kiel", "Bremen", "Köln", "Leipzig")),
            Place("FR", 0.15, "EUR", "EUR", ("Lille", "Nantes")),
            Place("NL", 0.15, "EUR", "EUR", ("Utrecht", "Breda")),
            Place("AT", 0.08, "EUR", "EUR", ("Graz", "Linz")),
            Place("CH", 0.08, "CHF", "EUR", ("Basel", "Chur")),
            Place("US", 0.04, "USD", "USD", ("Boston",)),
        ),
    ),
    BankProfile(
        name="Albion Harbour Bank",
        timezone="Europe/London",
        currency="GBP",
        acquirer_bin="476173",
        iban_start="GB71",
        provider="stripe",
        merchant_start=50_000,
        places=(
            Place("GB", 0.68, "GBP", "GBP", ("Leeds", "Bristol", "Cardiff", "Dundee")),
            Place("IE", 0.14, "EUR", "EUR", ("Cork", "Galway")),
            Place("US", 0.10, "USD", "GBP", ("Albany", "Tampa")),
            Place("JP", 0.08, "JPY", "GBP", ("Osaka", "Kobe")),
        ),
    ),
    BankProfile(
        name="Cascadia Trust",
        timezone="America/Los_Angeles",
        currency="USD",
        acquirer_bin="445501",
        iban_start="US12",
        provider="adyen",
        merchant_start=80_000,
        places=(
            Place("US", 0.82, "USD", "USD", ("Tacoma", "Eugene", "Boise", "Reno")),
            Place("CA", 0.18, "CAD", "USD", ("Victoria", "Calgary")),
        ),
    ),
)

_FIRST_WORDS = (
    "Amber", "Birch", "Copper", "Dune", "Elm", "Fjord", "Granite", "Harbour", "Indigo", "Juniper", "Kestrel",
    "Linden", "Maple", "Nova", "Orchid", "Pine", "Quartz", "River", "Saffron", "Tidal", "Umber", "Violet",
    "Willow", "Yarrow",
)  # fmt: skip
_CHAINS = ("Brightmart", "Fernway", "Oakline", "Silverlane", "Northgate", "Bluefinch")
_ISSUER_WORDS = (
    "Alder", "Beacon", "Crown", "Delta", "Ember", "Falcon", "Garnet", "Horizon", "Iris", "Jade", "Keystone",
    "Lotus", "Meridian", "Nimbus", "Orion", "Prairie",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Everybody around one bank; merchants, issuers and cards are columns of equal length each.

    merchants: name, trade, place, weight, markup_bps, delay_days, dispute_factor.
    bins: number (8 digits), issuer, network, product. cards: bin, last4, token (index).
    """

    profile: BankProfile
    merchant_ids: tuple[str, ...]
    merchant_names: tuple[str, ...]
    merchant_groups: tuple[str | None, ...]
    merchants: Rows
    issuer_names: tuple[str, ...]
    issuer_countries: tuple[str, ...]
    issuer_weight: np.ndarray
    bins: Rows
    cards: Rows
    tokens: tuple[str, ...]

    def currency_index(self) -> np.ndarray:
        """Index into CURRENCIES in which each merchant sells. int64 [merchants]."""
        codes = np.array([CURRENCIES.index(place.currency) for place in self.profile.places])
        return codes[self.merchants["place"]]

    def settlement_currency_index(self) -> np.ndarray:
        """Index into CURRENCIES in which each merchant is paid out. int64 [merchants]."""
        codes = np.array([CURRENCIES.index(place.settles_in) for place in self.profile.places])
        return codes[self.merchants["place"]]


def profile_of(bank_index: int) -> BankProfile:
    """The kind of bank with that number; the kinds repeat under numbered names."""
    repeats, kind = divmod(bank_index, len(PROFILES))
    profile = PROFILES[kind]
    return replace(profile, name=f"{profile.name} {repeats + 1}") if repeats else profile


def make_parties(plan: WorldPlan, bank_index: int) -> Parties:
    """The merchants, issuers and cards of one bank, from its own random streams."""
    profile = profile_of(bank_index)
    rows = plan.rows_of(bank_index)
    stream = plan.stream(bank_index, "parties")
    merchants, ids, names, groups = _make_merchants(
        stream, profile, bank_index, int(np.clip(rows // 150, 30, 2_000))
    )
    issuer_names, issuer_countries, issuer_weight, bins = _make_issuers(stream, profile)
    cards, tokens = _make_cards(stream, bins, issuer_weight, max(300, rows // 3))
    return Parties(
        profile=profile,
        merchant_ids=ids,
        merchant_names=names,
        merchant_groups=groups,
        merchants=merchants,
        issuer_names=issuer_names,
        issuer_countries=issuer_countries,
        issuer_weight=issuer_weight,
        bins=bins,
        cards=cards,
        tokens=tokens,
    )


def _make_merchants(
    stream: np.random.Generator, profile: BankProfile, bank_index: int, count: int
) -> tuple[Rows, tuple[str, ...], tuple[str, ...], tuple[str | None, ...]]:
    shares = np.array([trade.share for trade in TRADES])
    trade = stream.choice(len(TRADES), count, p=shares / shares.sum())
    trade[: len(TRADES)] = np.roll(np.arange(len(TRADES)), -7 * bank_index)
    place_shares = np.array([place.share for place in profile.places])
    place = stream.choice(len(profile.places), count, p=place_shares / place_shares.sum())
    place[:3] = 0
    weight = (np.arange(count) + 2.0) ** -1.05
    names: list[str] = []
    groups: list[str | None] = []
    for index in range(count):
        name, group = _merchant_name(stream, index, TRADES[trade[index]], profile.places[place[index]])
        names.append(name)
        groups.append(group)
    start = profile.merchant_start + 3_000 * (bank_index // len(PROFILES))
    merchants = {
        "trade": trade,
        "place": place,
        "weight": weight / weight.sum(),
        "markup_bps": stream.integers(20, 91, count),
        "delay_days": stream.choice([1, 2], count, p=[0.75, 0.25]),
        "dispute_factor": np.array([t.dispute_factor for t in TRADES])[trade]
        * stream.lognormal(0, 0.35, count),
    }
    return merchants, tuple(f"M{start + n}" for n in range(count)), tuple(names), tuple(groups)


def _merchant_name(
    stream: np.random.Generator, index: int, trade: Trade, place: Place
) -> tuple[str, str | None]:
    city = place.cities[int(stream.integers(len(place.cities)))]
    if stream.random() < 0.3:
        chain = _CHAINS[int(stream.integers(len(_CHAINS)))]
        return f"{chain} {trade.word} {city} {index + 1:03d}", chain
    first = _FIRST_WORDS[index % len(_FIRST_WORDS)]
    if index % 17 == 5:
        return f"{first}, Sons & Co {trade.word} {city} {index + 1}", None
    return f"{first} {trade.word} {city}" + (f" {index + 1}" if index >= len(_FIRST_WORDS) else ""), None


def _make_issuers(
    stream: np.random.Generator, profile: BankProfile
) -> tuple[tuple[str, ...], tuple[str, ...], np.ndarray, Rows]:
    home = profile.places[0].country
    abroad = [country for country in ("DE", "FR", "GB", "NL", "IE", "US", "IT", "ES") if country != home]
    names = tuple(
        f"{word} Bank" if n % 3 else f"{word} Card Services" for n, word in enumerate(_ISSUER_WORDS)
    )
    countries = tuple(home if n < 11 else abroad[n % len(abroad)] for n in range(len(names)))
    weight = (np.arange(len(names)) + 1.5) ** -0.8
    number: list[int] = []
    issuer: list[int] = []
    network: list[int] = []
    product: list[int] = []
    for index in range(len(names)):
        for slot in range(int(stream.integers(2, 4))):
            kind = int(stream.choice(len(NETWORKS), p=[0.52, 0.36, 0.06, 0.02, 0.02, 0.02]))
            number.append(_bin_number(stream, kind, set(number)))
            issuer.append(index)
            network.append(kind)
            product.append(slot % 2 if slot < 2 else 2)
    bins = {
        "number": np.array(number),
        "issuer": np.array(issuer),
        "network": np.array(network),
        "product": np.array(product),
    }
    return names, countries, weight / weight.sum(), bins


def _bin_number(stream: np.random.Generator, network: int, taken: set[int]) -> int:
    starts = (("4", 7), ("5", 7), ("37", 6), ("6011", 4), ("3530", 4), ("6222", 4))
    start, width = starts[network]
    while True:
        tail = int(stream.integers(10**width))
        if network == 1:
            tail = tail % 10 ** (width - 1) + (1 + tail % 5) * 10 ** (width - 1)
        number = int(f"{start}{tail:0{width}d}")
        if number not in taken:
            return number


def _make_cards(
    stream: np.random.Generator, bins: Rows, issuer_weight: np.ndarray, count: int
) -> tuple[Rows, tuple[str, ...]]:
    per_issuer = np.bincount(bins["issuer"], minlength=len(issuer_weight))
    weight = issuer_weight[bins["issuer"]] / per_issuer[bins["issuer"]]
    cards = {
        "bin": stream.choice(len(weight), count, p=weight / weight.sum()),
        "last4": stream.integers(0, 10_000, count),
    }
    text = stream.bytes(16 * count).hex()
    return cards, tuple(text[32 * n : 32 * n + 32] for n in range(count))
