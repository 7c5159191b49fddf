"""A text as it looks: compatible forms, letters of other alphabets and invisible characters made plain."""

import re
import unicodedata

# Small letters of Cyrillic, Greek and Armenian that are drawn like Latin ones (Unicode TS 39, confusables).
_DRAWN_ALIKE = str.maketrans(
    {
        **dict(
            zip(
                "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445",
                "abekmhopctyx",
                strict=True,
            )
        ),
        **dict(zip("\u0455\u0456\u0458\u0501\u051b\u051d\u04bb\u04cf\u0261", "sijdqwhlg", strict=True)),
        **dict(
            zip(
                "\u03b1\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u03b3",
                "aeikvoptuxy",
                strict=True,
            )
        ),
        **dict(zip("\u0578\u057d\u0585\u0570\u0563", "nsohq", strict=True)),
        "\u0131": "i",
        "\u017f": "s",
    }
)
_SPACES = re.compile(r"\s+")


def as_it_looks(text: str) -> str:
    """Small Latin letters without marks; format characters are left out and spaces made one."""
    folded = unicodedata.normalize("NFKD", text).casefold().translate(_DRAWN_ALIKE)
    kept = "".join(
        each for each in folded if unicodedata.category(each) not in ("Cf", "Mn", "Me", "Co", "Cn")
    )
    return _SPACES.sub(" ", kept)
