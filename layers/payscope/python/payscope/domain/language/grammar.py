"""The grammar as data: words with a fixed meaning, and names that every bank shares."""

from collections.abc import Mapping

# Words that carry no meaning of their own in a question about payments.
FILLER = frozenset(
    """a an the of in on for at to me my mine our ours we us i you your it its that these those there here please can
    could would should may might show give tell list get find display see look want need know like let lets hi hello
    hey thanks thank just also is are was were be been being do did does done have had has having what whats which who
    whose how many much number count counts with from by and or as so about into than then out up over all overall
    total totals altogether entire whole current currently only any some each per every across within during through
    figure figures data info information breakdown broken down split splitted grouped group-by summary overview bank
    happen happened go went going come came make made get got take took use used using occur occurred received
    processed recorded reported through via when where latest recent recently now exactly please precise exact
    say said tell told report reports reporting question answer value values level levels result results
    our's s t re ve ll d m get's following respective respectively individually separately terms term view
    one ones them they their he she his her if will be present shown chart graph table plot draw visualise
    compute calculate work performance performing looking seen saw ok okay well kind sort
    """.split()
)  # fmt: skip

# Words that a question outside the catalogue is about; they are never taken for a typo of another word.
OUTSIDE = frozenset(
    """weather churn customer customers employee employees staff salary salaries stock stocks share-price bitcoin crypto
    joke poem story recipe football soccer movie music news president election capital population translate
    python javascript code program email mail password passwords loyalty nps satisfaction marketing campaign
    advertising budget hr hire hiring payroll mortgage loan loans deposit deposits lending credit-score interest-rate
    inflation gdp tax taxes lawyer legal contract contracts competitor competitors sentiment age gender demographic
    demographics website traffic visitors click clicks sessions inventory warehouse shipping delivery supplier
    temperature rain sunny forecast-weather holiday flight hotel restaurant capital profit profitability ebitda
    liquidity capital-ratio headcount office meeting calendar lottery horoscope dinner breakfast lunch
    cardholder-name names birthday income equity dividend bond bonds etf portfolio""".split()
)  # fmt: skip

NETWORKS: Mapping[str, tuple[str, ...]] = {
    "VISA": ("visa",),
    "MASTERCARD": ("mastercard", "master card", "mc"),
    "AMEX": ("amex", "american express"),
    "DISCOVER": ("discover",),
    "DINERS": ("diners", "diners club"),
    "JCB": ("jcb",),
    "UNIONPAY": ("unionpay", "union pay", "cup", "china unionpay"),
    "MAESTRO": ("maestro",),
    "PAYPAL": ("paypal",),
    "SEPA": ("sepa",),
}
CHANNELS: Mapping[str, tuple[str, ...]] = {
    "ECOM": ("ecom", "e commerce", "online", "card not present", "cnp", "internet", "web"),
    "POS": ("pos", "in store", "instore", "point of sale", "card present", "face to face", "offline", "terminal"),
    "MOTO": ("moto", "mail order", "telephone order", "phone order"),
    "RECURRING": ("recurring", "subscription", "subscriptions"),
    "ATM": ("atm", "cash machine"),
}
ENTRY_MODES: Mapping[str, tuple[str, ...]] = {
    "CHIP": ("chip", "chip card", "emv"),
    "CONTACTLESS": ("contactless", "nfc", "tap"),
    "MAGSTRIPE": ("magstripe", "magnetic stripe", "swipe", "swiped"),
    "KEYED": ("keyed", "manually keyed", "key entered", "manual entry"),
}
THREE_DS: Mapping[str, tuple[str, ...]] = {
    "AUTHENTICATED": ("authenticated", "3ds authenticated", "with 3ds", "fully authenticated", "using 3ds"),
    "ATTEMPTED": ("3ds attempted", "attempted authentication", "attempted 3ds"),
    "FAILED": ("failed authentication", "3ds failed", "failed 3ds"),
    "NONE": ("without 3ds", "no 3ds", "unauthenticated", "non 3ds", "without authentication"),
}
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "ISSUER_SOFT": ("issuer soft", "soft declines", "soft declined", "soft decline", "soft"),
    "ISSUER_HARD": ("issuer hard", "hard declines", "hard declined", "hard decline", "hard"),
    "TECHNICAL": ("technical", "technical declines", "technical decline", "technical failures", "technical errors"),
    "FRAUD": ("fraud declines", "fraud decline", "security declines", "suspected fraud declines", "fraud family",
              "fraud related declines"),
    "INVALID": ("invalid data", "invalid declines", "invalid data declines", "format errors"),
}  # fmt: skip
CORRIDORS: Mapping[str, tuple[str, ...]] = {
    "DOMESTIC": ("domestic", "local cards", "domestic cards"),
    "CROSS_BORDER": ("cross border", "international", "foreign cards", "foreign", "crossborder"),
}
BREAK_REASONS: Mapping[str, tuple[str, ...]] = {
    "MISSING_AUTH": ("missing auth", "missing authorisation", "without authorisation"),
    "MISSING_CLEARING": ("missing clearing",),
    "MISSING_SETTLEMENT": ("missing settlement", "not settled", "unsettled"),
    "MISSING_BANK_CREDIT": ("missing bank credit",),
    "AMOUNT": ("amount breaks", "amount mismatch", "amount mismatches", "amount differences", "amount difference"),
    "CURRENCY": ("currency mismatch", "currency mismatches", "currency breaks"),
    "DATE_ORDER": ("date order",),
    "LATE_PRESENTMENT": ("late presentment", "late presentments"),
    "DUPLICATE_CLEARING": ("duplicate clearing", "duplicate clearings"),
    "DUPLICATE_SETTLEMENT": ("duplicate settlement", "duplicate settlements"),
    "REFUND_UNLINKED": ("unlinked refunds", "refund unlinked", "unlinked refund"),
    "CHARGEBACK_UNLINKED": ("unlinked chargebacks", "chargeback unlinked"),
    "REFERENCE_DAMAGED": ("damaged reference", "damaged references"),
}
RESPONSE_CODES: Mapping[str, tuple[str, ...]] = {
    "05": ("do not honour", "do not honor"),
    "04": ("pick up card", "pickup card"),
    "12": ("invalid transaction",),
    "13": ("invalid amount",),
    "14": ("invalid card number", "invalid card"),
    "30": ("format error",),
    "41": ("lost card",),
    "43": ("stolen card",),
    "51": ("insufficient funds", "not sufficient funds", "nsf"),
    "54": ("expired card", "expired cards"),
    "55": ("incorrect pin", "wrong pin"),
    "57": ("transaction not permitted", "not permitted to cardholder"),
    "59": ("suspected fraud",),
    "61": ("exceeds withdrawal limit", "amount limit exceeded", "exceeds amount limit"),
    "62": ("restricted card",),
    "65": ("frequency limit", "exceeds frequency limit", "soft decline sca"),
    "91": ("issuer unavailable", "issuer inoperative", "issuer not available"),
    "96": ("system malfunction", "system error"),
}
SOURCES: Mapping[str, tuple[str, ...]] = {
    "adyen": ("adyen",),
    "stripe": ("stripe",),
    "acquirer": ("acquirer reports", "acquirer report", "acquirer files", "the acquirer"),
    "processor": ("processor reports", "processor report", "processor files"),
    "scheme": ("scheme reports", "scheme report", "scheme files"),
    "bank": ("bank statements", "bank statement", "statement files"),
}
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
    "AT": ("austria", "austrian"), "AU": ("australia", "australian"), "BE": ("belgium", "belgian"),
    "BG": ("bulgaria", "bulgarian"), "BR": ("brazil", "brazilian"), "CA": ("canada", "canadian"),
    "CH": ("switzerland", "swiss"), "CN": ("china", "chinese"), "CY": ("cyprus",), "CZ": ("czechia", "czech republic"),
    "DE": ("germany", "german"), "DK": ("denmark", "danish"), "EE": ("estonia", "estonian"),
    "ES": ("spain", "spanish"), "FI": ("finland", "finnish"), "FR": ("france", "french"),
    "GB": ("united kingdom", "uk", "great britain", "britain", "england", "british"), "GR": ("greece", "greek"),
    "HK": ("hong kong",), "HR": ("croatia", "croatian"), "HU": ("hungary", "hungarian"),
    "IE": ("ireland", "irish"), "IN": ("india", "indian"), "IS": ("iceland",), "IT": ("italy", "italian"),
    "JP": ("japan", "japanese"), "KR": ("south korea", "korea"), "LT": ("lithuania", "lithuanian"),
    "LU": ("luxembourg",), "LV": ("latvia", "latvian"), "MT": ("malta",), "MX": ("mexico", "mexican"),
    "NL": ("netherlands", "the netherlands", "dutch", "holland"), "NO": ("norway", "norwegian"),
    "NZ": ("new zealand",), "PL": ("poland", "polish"), "PT": ("portugal", "portuguese"),
    "RO": ("romania", "romanian"), "SE": ("sweden", "swedish"), "SG": ("singapore",), "SI": ("slovenia",),
    "SK": ("slovakia",), "TR": ("turkey", "turkish", "turkiye"), "US": ("united states", "usa", "america", "american"),
    "ZA": ("south africa",), "AE": ("united arab emirates", "uae", "emirates"), "KW": ("kuwait",),
    "SA": ("saudi arabia",), "IL": ("israel",), "UA": ("ukraine",),
}  # fmt: skip
MCC_NAMES: Mapping[str, tuple[str, ...]] = {
    "4111": ("commuter transport",), "4121": ("taxis", "taxi"), "4511": ("airlines", "airline"),
    "4722": ("travel agencies", "travel agency"), "4812": ("telephones",), "4814": ("telecom", "telecoms"),
    "4816": ("online services",), "4899": ("streaming", "cable tv"), "5311": ("department stores",),
    "5411": ("grocery", "groceries", "supermarkets", "supermarket", "grocery stores"),
    "5499": ("convenience stores",), "5541": ("petrol stations", "gas stations", "service stations"),
    "5542": ("fuel dispensers", "fuel"), "5651": ("clothing", "clothing stores"), "5691": ("fashion",),
    "5732": ("electronics", "electronics stores"), "5812": ("restaurants", "restaurant"), "5813": ("bars",),
    "5814": ("fast food",), "5912": ("pharmacies", "pharmacy", "drug stores"), "5942": ("book stores", "bookshops"),
    "5999": ("specialty retail",), "7011": ("hotels", "lodging"), "7832": ("cinemas", "cinema"),
    "7994": ("video games", "arcades", "gaming arcades"), "7995": ("gambling", "betting"),
    "8099": ("health services",), "8299": ("schools",),
}  # fmt: skip

# Shared names by dimension; merchants, groups and issuers come from the bank's own directory.
SHARED_NAMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "network": NETWORKS,
    "channel": CHANNELS,
    "entry_mode": ENTRY_MODES,
    "three_ds": THREE_DS,
    "decline_family": FAMILIES,
    "corridor": CORRIDORS,
    "break_reason": BREAK_REASONS,
    "response_code": RESPONSE_CODES,
    "source": SOURCES,
    "currency": CURRENCIES,
    "country": COUNTRIES,
    "mcc": MCC_NAMES,
}

# Operators. Each meaning has its phrases; the parser gives them their force.
OPERATORS: Mapping[str, tuple[str, ...]] = {
    "group": ("by", "per", "for each", "for every", "each", "broken down by", "split by", "grouped by", "group by",
              "breakdown by", "across", "in each", "at each", "by each", "per each", "on each", "sliced by"),
    "exclude": ("excluding", "exclude", "without", "except", "except for", "not", "other than", "apart from",
                "but not", "leaving out", "ignoring", "minus", "not counting", "not including", "outside", "non",
                "excl"),
    "versus": ("versus", "compared to", "compared with", "compare to", "compare with", "in comparison to",
               "in comparison with", "against", "relative to", "than", "as opposed to", "over the previous",
               "comparison with", "comparison to", "measured against"),
    "compare": ("compare", "comparison", "comparing", "change", "changed", "changes", "difference", "differences",
                "differ", "delta", "growth", "grow", "grew", "grown", "increase", "increased", "decrease",
                "decreased", "development", "move", "moved", "improve", "improved", "improvement", "drop",
                "dropped", "rise", "rose", "risen", "fall", "fell", "fallen", "decline from", "gone up", "go up",
                "gone down", "go down", "went up", "went down", "higher", "lower", "worse", "better", "evolve",
                "evolved", "deteriorate", "deteriorated", "worsen", "worsened", "more", "fewer", "less"),
    "trend": ("trend", "trends", "over time", "evolution", "time series", "trending", "history", "timeline",
              "by time", "historically"),
    "share": ("share of", "share", "percent of", "proportion of", "fraction of", "percent", "as a share of", "shares",
              "distribution", "distribution of", "mix", "composition", "proportion", "portion of", "part of",
              "what part of", "how much of", "make up", "account for"),
    "top": ("top", "highest", "largest", "biggest", "most", "greatest", "leading", "maximum", "max", "main",
            "most frequent", "most common", "commonest", "greatest number of", "major"),
    "bottom": ("bottom", "lowest", "smallest", "fewest", "least", "minimum", "min", "least common", "rarest"),
    "best": ("best", "best performing", "strongest"),
    "worst": ("worst", "worst performing", "weakest", "poorest"),
    "gt": ("more than", "over", "above", "greater than", "larger than", "bigger than", "exceeding", "exceed", ">",
           "higher than", "in excess of", "exceeds"),
    "gte": ("at least", "no less than", "not less than", "minimum of", ">=", "or more", "from at least"),
    "lt": ("less than", "below", "under", "fewer than", "smaller than", "<", "lower than"),
    "lte": ("at most", "no more than", "not more than", "maximum of", "<=", "up to", "or less"),
    "also": ("and what about", "what about", "how about", "and for", "same for", "the same for", "and in", "and",
             "now for", "now", "only for", "ok and", "same but", "the same but", "same question for", "also for",
             "and how about", "but for", "same thing for", "just for", "instead"),
    "how_many": ("how many", "number of", "count of", "the number of", "how often", "volume of", "numbers of",
                 "quantity of"),
    "how_much": ("how much", "amount of", "value of", "the amount of", "the value of", "total value of",
                 "total amount of", "sum of", "how much money", "worth of", "money in", "in money", "in value",
                 "by value", "by amount", "money"),
    "rate_of": ("rate of", "ratio of", "the rate of"),
    "average": ("average", "mean", "typical"),
    "why": ("why", "what caused", "what drove", "what explains", "explain", "reason for the", "reasons for the",
            "what is behind", "whats behind", "root cause", "what is driving", "drivers of", "driver of", "cause of",
            "what changed", "how come", "behind the", "explanation for", "responsible for", "what happened to",
            "drivers", "contributed to", "contribution to"),
    "anomaly": ("anomaly", "anomalies", "anomalous", "unusual", "outlier", "outliers", "abnormal", "spike", "spikes",
                "suspicious", "incident", "incidents", "out of the ordinary", "strange", "unexpected", "odd",
                "irregularities", "irregular", "alerts", "alarming", "beyond normal", "went wrong", "weird",
                "suspicious activity", "sudden", "dip", "dips"),
    "forecast": ("forecast", "forecasts", "predict", "prediction", "predictions", "projection", "projected",
                 "project", "outlook", "expected", "expect", "estimate for", "predicted", "extrapolate", "will",
                 "going to be", "forecasted", "anticipate", "anticipated"),
    "what_if": ("what if", "suppose", "simulate", "simulation", "scenario", "assume", "assuming", "what would happen",
                "what happens if", "imagine", "hypothetically", "impact if", "effect if", "impact of", "effect of",
                "if we", "what would"),
    "previous": ("previous period", "prior period", "period before", "preceding period", "the period before",
                 "previous", "prior", "preceding", "before that", "the one before"),
    "year_ago": ("same period last year", "same month last year", "same time last year", "year over year", "yoy",
                 "year on year", "a year ago", "one year ago", "last year same period", "same week last year",
                 "same quarter last year", "a year earlier", "the year before", "previous year", "prior year",
                 "same days last year", "year ago"),
    "month_ago": ("month over month", "mom", "month on month", "a month ago", "same days last month",
                  "a month earlier", "the month before", "previous month", "prior month", "preceding month"),
    "week_ago": ("week over week", "wow", "week on week", "a week ago", "a week earlier", "the week before",
                 "previous week", "prior week", "preceding week"),
    "day_ago": ("day over day", "dod", "day on day", "the day before", "previous day", "a day earlier"),
    "quarter_ago": ("quarter over quarter", "qoq", "quarter on quarter", "the quarter before", "previous quarter",
                    "prior quarter"),
}  # fmt: skip

# Words that could mean several metrics; each asks back with these.
AMBIGUOUS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "rate": (
        ("rate", "ratio", "rates"),
        ("auth_rate_raw", "decline_rate", "refund_rate", "chargeback_rate", "match_rate"),
    ),
    "volume": (
        ("volume", "volumes", "traffic", "activity"),
        ("sales_amount", "transactions", "auth_attempts", "gross_settlement"),
    ),
    "amount": (
        ("amount", "amounts", "money", "value", "sum"),
        ("sales_amount", "approved_amount", "net_settlement", "refund_amount"),
    ),
    "payments": (
        ("payments", "payment", "orders"),
        ("auth_attempts", "auth_approved", "sales_count", "settled_count"),
    ),
    "settlement": (
        ("settlement", "settlements", "settled", "settlement amount", "settlement value", "settlement volume",
         "settlement figures"),
        ("net_settlement", "gross_settlement", "settled_count", "settlement_delay_median"),
    ),
    "delay": (("delay", "delays", "lag"), ("settlement_delay_median", "settlement_delay_p95")),
    "cost": (("cost", "costs", "expenses"), ("fees_total", "interchange", "scheme_fees", "effective_rate_bps")),
    "fraud": (("fraud",), ("fraud_report_count", "fraud_report_amount", "fraud_rate")),
    "performance": (
        ("performance", "performing", "doing", "business", "kpi", "kpis", "metrics", "metric", "stats", "statistics",
         "numbers"),
        ("auth_rate_raw", "sales_amount", "chargeback_rate", "net_settlement"),
    ),
    "reconciliation": (
        ("reconciliation", "recon", "matching"),
        ("match_rate", "open_break_count", "open_break_value"),
    ),
    "losses": (("losses", "loss"), ("fraud_report_amount", "chargeback_amount", "refund_amount")),
}  # fmt: skip

# The amount, count and rate of the same rows.
AMOUNT_OF: Mapping[str, str] = {
    "refund_count": "refund_amount", "chargeback_count": "chargeback_amount",
    "fraud_report_count": "fraud_report_amount", "sales_count": "sales_amount", "decline_count": "declined_amount",
    "auth_approved": "approved_amount", "open_break_count": "open_break_value", "auth_attempts": "requested_amount",
    "settled_count": "gross_settlement", "payout_count": "payouts", "transactions": "sales_amount",
}  # fmt: skip
COUNT_OF: Mapping[str, str] = {
    **{amount: count for count, amount in AMOUNT_OF.items() if count != "transactions"},
    "net_settlement": "settled_count",
}
RATE_OF: Mapping[str, str] = {
    "decline_count": "decline_rate", "refund_count": "refund_rate", "chargeback_count": "chargeback_rate",
    "auth_approved": "auth_rate_raw", "fraud_report_count": "fraud_rate", "auth_attempts": "auth_rate_raw",
    "open_break_count": "match_rate",
}  # fmt: skip
# The metric that counts where a question names only what it is grouped by.
DEFAULT_METRIC_OF: Mapping[str, str] = {
    "response_code": "decline_count", "decline_family": "decline_count", "break_reason": "open_break_count",
    "break_state": "open_break_count", "reason_code": "chargeback_count",
}  # fmt: skip

UNSAFE: tuple[str, ...] = (
    r"\b(drop|truncate|alter|create|delete|insert|update|grant|revoke|exec|execute)\b.{0,40}"
    r"\b(table|tables|database|schema|from|into|role|user|users|records|rows|policy|policies|event|events|report|reports)\b",
    r"\bselect\b.+\bfrom\b", r"\bunion\s+(all\s+)?select\b", r";\s*--", r"--\s*$", r"/\*", r"\bor\s+1\s*=\s*1\b",
    r"\bpg_\w+", r"\binformation_schema\b", r"\bset_config\b", r"\bcurrent_bank_id\b", r"\bbypass\b",
    r"\b(ignore|forget|disregard|override)\b.{0,60}\b(instruction|instructions|rule|rules|prompt|above|previous|earlier"
    r"|restrictions|safety|guidelines|context)\b",
    r"\bsystem\s+prompt\b", r"\bjailbreak\b", r"\bdeveloper\s+mode\b", r"\b(pretend|act)\s+(to\s+be|as|you)\b",
    r"\byou\s+are\s+now\b", r"\brole\s*:\s*system\b", r"<\s*/?\s*(script|system|img|iframe)\b", r"\bhttps?://",
    r"\b(other|another|different|every|all|each|neighbouring|competing|rival)\s+(the\s+)?(other\s+)?banks?\b",
    r"\bbanks?\s+(b|a|c|2|two|other)\b", r"\b(bank|tenant)[_\s-]*ids?\b", r"\btenants?\b",
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", r"\bcompetitors?\b",
    r"\b(full|clear|unmasked|complete|raw)\s+(card|pan)\b", r"\b(card\s+numbers?|pans?|cvv2?|cvc|pin\s+codes?|track\s+data)\b",
    r"\b(password|passwords|credentials?|api[\s_-]?keys?|secret|secrets|private\s+key|access\s+token|connection\s+string)\b",
    r"\bbase64\b", r"\beval\s*\(", r"\bos\.system\b", r"\bcurl\b", r"\brm\s+-rf\b", r"\{\{", r"\$\{", r"<%",
    r"\b(exfiltrate|leak|dump)\b", r"\brow[\s-]level\s+security\b", r"\bmatch\s*\(\w*\)\s*(return|detach)\b", r"\bdetach\s+delete\b",
    r"\b(repeat|print|reveal|show)\b.{0,30}\b(your|the)\s+(instructions|prompt|configuration|config|source\s+code)\b",
    r"\bas\s+(an?\s+)?(admin|administrator|root|superuser)\b", r"\bwithout\s+(any\s+)?(restriction|restrictions|filters?|permission)\b",
    r"\b(disable|turn\s+off)\b.{0,40}\b(security|audit|logging|rls|policy|policies|check|checks)\b",
    r"\bcardholders?'?s?\s+(names?|address|addresses|details)\b",
    r"\b(ignorez|ignorieren|ignora|ignoriere|vergiss|oublie)\b",
)  # fmt: skip
MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",), ("june", "jun"),
         ("july", "jul"), ("august", "aug"), ("september", "sep", "sept"), ("october", "oct"), ("november", "nov"),
         ("december", "dec")), start=1)
    for name in names
}  # fmt: skip
DAYS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (("monday", "mon"), ("tuesday", "tue", "tues"), ("wednesday", "wed"), ("thursday", "thu", "thur", "thurs"),
         ("friday", "fri"), ("saturday", "sat"), ("sunday", "sun")))
    for name in names
}  # fmt: skip
SMALL_NUMBERS: Mapping[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
}  # fmt: skip
