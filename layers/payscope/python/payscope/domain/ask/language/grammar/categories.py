"""Merchant categories by the words that people use."""

from collections.abc import Mapping

# The families of ISO 18245's ranges, where their name is not that of a single category.
MCC_FAMILY_NAMES: Mapping[str, tuple[str, ...]] = {
    "AGRICULTURE": ("agriculture", "agricultural services"),
    "CONTRACTED_SERVICES": ("contracted services", "contractors"),
    "TRANSPORTATION": ("transportation", "transport", "transportation services"),
    "LODGING": ("lodging family", "accommodation"),
    "UTILITIES": ("utilities", "utility services"),
    "RETAIL_OUTLETS": ("retail outlets", "retail outlet services"),
    "CLOTHING": ("clothing family", "apparel"),
    "MISCELLANEOUS_STORES": ("miscellaneous stores", "misc stores"),
    "FINANCIAL_SERVICES": ("financial services",),
    "BUSINESS_SERVICES": ("business services",),
    "PROFESSIONAL_SERVICES": ("professional services",),
    "GOVERNMENT": ("government services", "public services"),
}

MCC_NAMES: Mapping[str, tuple[str, ...]] = {
    "4111": ("commuter transport",),
    "4121": ("taxis", "taxi"),
    "4511": ("airlines", "airline"),
    "4722": ("travel agencies", "travel agency"),
    "4812": ("telephones",),
    "4814": ("telecom", "telecoms"),
    "4816": ("online services",),
    "4899": ("streaming", "cable tv"),
    "5311": ("department stores",),
    "5411": ("grocery", "groceries", "supermarkets", "supermarket", "grocery stores"),
    "5499": ("convenience stores",),
    "5541": ("petrol stations", "gas stations", "service stations"),
    "5542": ("fuel dispensers", "fuel"),
    "5651": ("clothing", "clothing stores"),
    "5691": ("fashion",),
    "5732": ("electronics", "electronics stores"),
    "5812": ("restaurants", "restaurant"),
    "5813": ("bars",),
    "5814": ("fast food",),
    "5912": ("pharmacies", "pharmacy", "drug stores"),
    "5942": ("book stores", "bookshops"),
    "5999": ("specialty retail",),
    "7011": ("hotels", "lodging"),
    "7832": ("cinemas", "cinema"),
    "7994": ("video games", "arcades", "gaming arcades"),
    "7995": ("gambling", "betting"),
    "8099": ("health services",),
    "8299": ("schools",),
}
