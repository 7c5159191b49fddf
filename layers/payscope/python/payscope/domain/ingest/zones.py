"""Time zone abbreviations as payment reports write them, each a fixed offset from UTC."""

from types import MappingProxyType

# Minutes east of UTC. An abbreviation that several regions share has the meaning that payment
# processors' reports give it (CST: US Central, IST: India, BST: British Summer Time).
ABBREVIATIONS: MappingProxyType[str, int] = MappingProxyType({
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "CEST": 120,
    "MET": 60, "MEST": 120,
    "EET": 120, "EEST": 180, "MSK": 180, "SAST": 120, "IST": 330, "SGT": 480, "HKT": 480, "AWST": 480,
    "JST": 540,
    "KST": 540, "ACST": 570, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "BRT": -180, "BRST": -120,
    "ART": -180, "AST": -240, "ADT": -180, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420,
    "MDT": -360, "PST": -480, "PDT": -420, "AKST": -540, "AKDT": -480, "HST": -600, "UYST": -120, "UYT": -180,
})  # fmt: skip
