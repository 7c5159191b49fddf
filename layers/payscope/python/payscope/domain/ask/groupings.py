"""Coarser groups of what rows carry: regions of countries, families of merchant categories."""

from collections.abc import Mapping

# Regions for reporting. Cyprus and Turkey are with Europe, as in the card schemes' own regions (verify).
REGIONS: Mapping[str, tuple[str, ...]] = {
    "EUROPE": (
        *("AD", "AL", "AT", "BA", "BE", "BG", "BY", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FO"),
        *("FR", "GB", "GG", "GI", "GR", "HR", "HU", "IE", "IM", "IS", "IT", "JE", "LI", "LT", "LU", "LV"),
        *("MC", "MD", "ME", "MK", "MT", "NL", "NO", "PL", "PT", "RO", "RS", "RU", "SE", "SI", "SK", "SM"),
        *("TR", "UA", "VA", "XK"),
    ),
    "NORTH_AMERICA": ("BM", "CA", "GL", "PM", "US"),
    "LATIN_AMERICA": (
        *("AG", "AI", "AR", "AW", "BB", "BO", "BR", "BS", "BZ", "CL", "CO", "CR", "CU", "CW", "DM", "DO"),
        *("EC", "GD", "GT", "GY", "HN", "HT", "JM", "KN", "KY", "LC", "MX", "NI", "PA", "PE", "PR", "PY"),
        *("SR", "SV", "TC", "TT", "UY", "VC", "VE", "VG", "VI"),
    ),
    "ASIA_PACIFIC": (
        *("AU", "BD", "BN", "BT", "CN", "FJ", "GU", "HK", "ID", "IN", "JP", "KG", "KH", "KR", "KZ", "LA"),
        *("LK", "MM", "MN", "MO", "MV", "MY", "NC", "NP", "NZ", "PF", "PG", "PH", "SG", "TH", "TJ", "TL"),
        *("TM", "TW", "UZ", "VN", "VU", "WS"),
    ),
    "MIDDLE_EAST_AFRICA": (
        *("AE", "AF", "AM", "AO", "AZ", "BF", "BH", "BI", "BJ", "BW", "CD", "CF", "CG", "CI", "CM", "CV"),
        *("DJ", "DZ", "EG", "ER", "ET", "GA", "GE", "GH", "GM", "GN", "GQ", "GW", "IL", "IQ", "IR", "JO"),
        *("KE", "KM", "KW", "LB", "LR", "LS", "LY", "MA", "MG", "ML", "MR", "MU", "MW", "MZ", "NA", "NE"),
        *("NG", "OM", "PK", "PS", "QA", "RE", "RW", "SA", "SC", "SD", "SL", "SN", "SO", "SS", "ST", "SY"),
        *("SZ", "TD", "TG", "TN", "TZ", "UG", "YE", "ZA", "ZM", "ZW"),
    ),
}
# First and last category codes of each family, after the ranges of ISO 18245; hotels that have no code
# of their own (7011, 7012) are with the hotels that do.
MCC_FAMILIES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "AGRICULTURE": (("0001", "1499"),),
    "CONTRACTED_SERVICES": (("1500", "2999"),),
    "TRANSPORTATION": (("3000", "3499"), ("4000", "4799")),
    "LODGING": (("3500", "3999"), ("7011", "7012")),
    "UTILITIES": (("4800", "4999"),),
    "RETAIL_OUTLETS": (("5000", "5599"),),
    "CLOTHING": (("5600", "5699"),),
    "MISCELLANEOUS_STORES": (("5700", "5999"),),
    "FINANCIAL_SERVICES": (("6000", "6999"),),
    "BUSINESS_SERVICES": (("7000", "7010"), ("7013", "7999")),
    "PROFESSIONAL_SERVICES": (("8000", "8999"),),
    "GOVERNMENT": (("9000", "9999"),),
}
