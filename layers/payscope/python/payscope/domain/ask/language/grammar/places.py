"""Countries and currencies."""

from collections.abc import Mapping

CURRENCIES: Mapping[str, tuple[str, ...]] = {
    "EUR": ("eur", "euro", "euros", "€"),
    "USD": ("usd", "dollar", "dollars", "us dollars", "us dollar", "$"),
    "GBP": ("gbp", "pound", "pounds", "sterling", "pounds sterling", "£"),
    "CHF": ("chf", "swiss franc", "swiss francs", "francs"),
    "JPY": ("jpy", "yen", "¥"),
    "SEK": ("sek", "swedish krona", "swedish kronor"),
    "NOK": ("nok", "norwegian krone", "norwegian kroner"),
    "DKK": ("dkk", "danish krone", "danish kroner"),
    "PLN": ("pln", "zloty", "zlotys"),
    "CZK": ("czk", "czech koruna"),
    "HUF": ("huf", "forint"),
    "CAD": ("cad", "canadian dollars"),
    "AUD": ("aud", "australian dollars"),
    "KWD": ("kwd", "kuwaiti dinar", "kuwaiti dinars"),
    "BHD": ("bhd", "bahraini dinar"),
    "AED": ("aed", "dirham", "dirhams"),
    "SGD": ("sgd", "singapore dollars"),
    "HKD": ("hkd", "hong kong dollars"),
    "INR": ("inr", "rupee", "rupees"),
    "BRL": ("brl", "real", "reais"),
    "MXN": ("mxn", "mexican pesos"),
    "TRY": ("turkish lira", "lira"),
    "RON": ("ron", "romanian leu"),
    "ZAR": ("zar", "rand"),
}


COUNTRIES: Mapping[str, tuple[str, ...]] = {
    "AT": ("austria", "austrian"),
    "AU": ("australia", "australian"),
    "BE": ("belgium", "belgian"),
    "BG": ("bulgaria", "bulgarian"),
    "BR": ("brazil", "brazilian"),
    "CA": ("canada", "canadian"),
    "CH": ("switzerland", "swiss"),
    "CN": ("china", "chinese"),
    "CY": ("cyprus",),
    "CZ": ("czechia", "czech republic"),
    "DE": ("germany", "german"),
    "DK": ("denmark", "danish"),
    "EE": ("estonia", "estonian"),
    "ES": ("spain", "spanish"),
    "FI": ("finland", "finnish"),
    "FR": ("france", "french"),
    "GB": (
        *("united kingdom", "uk", "great britain", "britain", "british"),
        *("england", "english", "scotland", "scottish", "wales", "welsh"),
    ),
    "GR": ("greece", "greek"),
    "HK": ("hong kong",),
    "HR": ("croatia", "croatian"),
    "HU": ("hungary", "hungarian"),
    "IE": ("ireland", "irish"),
    "IN": ("india", "indian"),
    "IS": ("iceland",),
    "IT": ("italy", "italian"),
    "JP": ("japan", "japanese"),
    "KR": ("south korea", "korea"),
    "LT": ("lithuania", "lithuanian"),
    "LU": ("luxembourg",),
    "LV": ("latvia", "latvian"),
    "MT": ("malta",),
    "MX": ("mexico", "mexican"),
    "NL": ("netherlands", "the netherlands", "dutch", "holland"),
    "NO": ("norway", "norwegian"),
    "NZ": ("new zealand",),
    "PL": ("poland", "polish"),
    "PT": ("portugal", "portuguese"),
    "RO": ("romania", "romanian"),
    "SE": ("sweden", "swedish"),
    "SG": ("singapore",),
    "SI": ("slovenia",),
    "SK": ("slovakia",),
    "TR": ("turkey", "turkish", "turkiye"),
    "US": ("united states", "usa", "america", "american"),
    "ZA": ("south africa",),
    "AE": ("united arab emirates", "uae", "emirates"),
    "KW": ("kuwait",),
    "SA": ("saudi arabia",),
    "IL": ("israel",),
    "UA": ("ukraine",),
}

REGION_NAMES: Mapping[str, tuple[str, ...]] = {
    "EUROPE": ("europe", "european"),
    "NORTH_AMERICA": ("north america", "north american"),
    "LATIN_AMERICA": ("latin america", "latin american", "latam", "south america"),
    "ASIA_PACIFIC": ("asia pacific", "apac", "asia", "asian"),
    "MIDDLE_EAST_AFRICA": ("middle east and africa", "middle east", "africa", "african"),
}
# Codes that people write in small letters; those that are words as well ("it", "no", "in") are not.
SMALL_CODES: Mapping[str, str] = {
    code.lower(): code
    for code in (
        *("CH", "CN", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "GR", "HK", "HU", "IE", "JP", "KR"),
        *("LT", "LU", "LV", "MX", "NL", "NZ", "PL", "PT", "RO", "SE", "SG", "SK", "UA", "ZA"),
    )
}
