"""A known layout that has changed: which of its columns a file has under another name, and which it lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from fnmatch import fnmatchcase
from itertools import chain

from payscope.domain.ingest.column_values import ValueFit, amount_of, match_values
from payscope.domain.ingest.column_words import WORDS, NameFit, bare_name, match_name, normal_name
from payscope.domain.ingest.figures import FigurePlan, Identity, Tally
from payscope.domain.ingest.profiles import AmountField, EventRule, Profile, TextField

# A layout with fewer of its columns is another one.
_LEAST_SHARE = 0.75
_LEAST_COLUMNS = 4
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Drift:
    """A profile beside a file that has not all of its columns.

    ``renamed`` gives the profile's name for a column of the file; ``lacking`` are columns without which
    rows would lose what their events need.
    """

    profile: Profile
    renamed: Mapping[str, str]
    notes: tuple[str, ...]
    lacking: tuple[str, ...] = ()
    known: int = 0


def drifted(columns: Sequence[str], sample: Mapping[str, Sequence[str]], profile: Profile) -> Drift | None:
    """The profile with what changed about it; None when the file is of another layout.

    A column counts as renamed only on evidence: two at least of a name of the same meaning, values of its
    type, its place among the others, and sums that tie out with it. For an amount the name or the sums
    must be one of them, since amounts look like each other.

    Args:
        columns: Of the file.
        sample: Some values of each.
    """
    here = _present(columns, profile)
    strange = _unnamed(columns, profile)
    least = max(_LEAST_COLUMNS, len(profile.header) * _LEAST_SHARE)
    if len(here) + len(strange) < least or len(here) * 2 < len(profile.header):
        return None
    use = _Use(profile)
    missing = [column for column in profile.header if column not in here]
    renamed: dict[str, str] = {}
    notes: list[str] = []
    lacking: list[str] = []
    for column in missing:
        free = [name for name in strange if name not in renamed]
        found = _renamed(column, free, columns, sample, use, here)
        if found is not None:
            name, reasons = found
            renamed[name] = column
            notes.append(f"column {column} is called {name}: {', '.join(reasons)}")
        elif column in use.needed:
            lacking.append(column)
        else:
            notes.append(f"column {column} is missing; what it says stays empty")
    known = len(here) + len(renamed)
    if known < least:
        return None
    return Drift(profile, renamed, tuple(notes), tuple(lacking), known)


def is_reordered(columns: Sequence[str], profile: Profile) -> bool:
    """Whether the file has the profile's columns in another order than the profile names them."""
    places = [list(columns).index(name) for name in _present(columns, profile).values()]
    return places != sorted(places)


def _unnamed(columns: Sequence[str], profile: Profile) -> list[str]:
    """The file's columns that the profile does not name; ``*`` lets columns pass and names none."""
    others = chain.from_iterable(profile.aliases.values())
    known = {normal_name(name) for name in (*profile.header, *profile.optional, *others)} - {"*"}
    return [name for name in columns if not any(fnmatchcase(normal_name(name), pattern) for pattern in known)]


def _present(columns: Sequence[str], profile: Profile) -> dict[str, str]:
    """The profile's columns that the file has, with their names there, in the profile's order."""
    by_name = {normal_name(name): name for name in columns}
    found: dict[str, str] = {}
    for column in profile.header:
        names = [by_name[key] for name in profile.names_of(column) if (key := normal_name(name)) in by_name]
        if names:
            found[column] = names[0]
    return found


class _Use:
    """What a profile takes each of its columns for."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.amounts: set[str] = set()
        self.times: dict[str, tuple[str, ...]] = {}
        self.currencies: set[str] = set()
        self.words: dict[str, set[str]] = {}
        self.needed: set[str] = set()
        for rule in profile.rules:
            for part in (rule, *rule.also):
                self._take(part)
        self.needed |= self.amounts | self.currencies

    def _take(self, rule: EventRule) -> None:
        for column, condition in rule.when.items():
            self.needed.add(column)
            self.words.setdefault(column, set()).update(word.casefold() for word in condition.one_of)
        if rule.informative:
            return
        for field in (rule.amount, rule.settlement, rule.fee, rule.interchange, rule.scheme_fee, rule.markup):
            self._take_amount(field)
        self.needed |= set(rule.ref) | set(filter(None, (rule.sequence,)))
        for time in filter(None, (rule.occurred, rule.booked)):
            self.times.update(dict.fromkeys(time.column, time.formats or self.profile.formats))
            if time is rule.occurred:
                self.needed.add(time.column[0])
                self.needed |= set(filter(None, (time.time, time.zone_column)))
        for text in rule.fields.values():
            self._take_text(text)
        self._take_text(rule.subtype)

    def _take_text(self, text: TextField | None) -> None:
        if text is not None:
            if text.required:
                self.needed |= set(text.column)
            for column in text.column if text.map else ():
                self.words.setdefault(column, set()).update(word.casefold() for word in text.map or ())

    def _take_amount(self, field: AmountField | None) -> None:
        if field is not None:
            self.amounts |= {*field.plus, *field.minus}
            if field.currency is not None:
                self.currencies |= set(field.currency.column)


def _renamed(
    column: str,
    free: Sequence[str],
    columns: Sequence[str],
    sample: Mapping[str, Sequence[str]],
    use: _Use,
    here: Mapping[str, str],
) -> tuple[str, list[str]] | None:
    """The one column of the file that the evidence shows to be this one, with the evidence."""
    found: list[tuple[int, str, list[str]]] = []
    for name in free:
        reasons = _reasons(column, name, columns, sample.get(name, ()), use, here)
        if reasons is None:
            continue
        if column in use.amounts and _ties(column, name, sample, use, here):
            reasons["sums"] = "the sums tie out with it"
        if column in use.amounts and not {"name", "sums"} & reasons.keys():
            continue
        if len(reasons) > 1:
            found.append((len(reasons), name, list(reasons.values())))
    most = max((count for count, _, _ in found), default=0)
    best = [(name, reasons) for count, name, reasons in found if count == most]
    return best[0] if len(best) == 1 else None


def _reasons(
    column: str,
    name: str,
    columns: Sequence[str],
    values: Sequence[str],
    use: _Use,
    here: Mapping[str, str],
) -> dict[str, str] | None:
    """What speaks for the file's column being the profile's; None when its values speak against it."""
    reasons: dict[str, str] = {}
    typed = _typed(column, values, use)
    if typed is False:
        return None
    if typed:
        reasons["type"] = "its values have the form"
    meaning = _same_meaning(column, name)
    if meaning:
        reasons["name"] = meaning
    header = use.profile.header
    place = header.index(column)
    before = here.get(header[place - 1]) if place else None
    behind = here.get(header[place + 1]) if place + 1 < len(header) else None
    at = list(columns).index(name)
    after_same = before == columns[at - 1] if at and place else not at and not place
    before_same = behind == columns[at + 1] if at + 1 < len(columns) and behind else behind is None
    if after_same and before_same:
        reasons["place"] = "it stands in the same place"
    return reasons


def _typed(column: str, values: Sequence[str], use: _Use) -> bool | None:
    """Whether the values have the form that the profile needs; None where any text has."""
    filled = [value.strip() for value in values if value.strip()]
    if not filled:
        return None
    if column in use.amounts:
        numbers = use.profile.numbers
        if numbers.decimal == "any":
            return match_values("amount", filled).fit is ValueFit.TYPED
        return all(amount_of(value, numbers.decimal, numbers.group) is not None for value in filled)
    if column in use.times:
        return match_values("occurred", filled).fit is ValueFit.TYPED
    if column in use.currencies:
        return match_values("currency", filled).fit is ValueFit.TYPED
    words = use.words.get(column)
    if words:
        return all(any(fnmatchcase(value.casefold(), word) for word in words) for value in filled)
    return None


def _same_meaning(column: str, name: str) -> str | None:
    for target in WORDS:
        one, other = match_name(target, column), match_name(target, name)
        if one.fit is NameFit.EXACT and other.fit is NameFit.EXACT:
            return f'"{one.word}" and "{other.word}" mean the same'
    ours, theirs = bare_name(column), bare_name(name)
    alike = SequenceMatcher(None, ours.replace(" ", ""), theirs.replace(" ", "")).ratio()
    return "the names are nearly the same" if alike >= _ALIKE else None


def _ties(
    column: str,
    name: str,
    sample: Mapping[str, Sequence[str]],
    use: _Use,
    here: Mapping[str, str],
) -> bool:
    """Whether gross, fee and settled amount tie out in every row when the file's column is this one."""
    numbers = use.profile.numbers
    decimal = "." if numbers.decimal == "any" else numbers.decimal
    rules = chain.from_iterable((rule, *rule.also) for rule in use.profile.rules)
    for rule in rules:
        fields = (rule.amount, rule.fee, rule.settlement)
        if any(field is None or len(field.plus) != 1 or field.minus for field in fields):
            continue
        gross, fee, net = (field.plus[0] for field in fields if field)
        if column not in (gross, fee, net) or net == gross:
            continue
        own = {part: name if part == column else here.get(part, "") for part in (gross, fee, net)}
        if not all(part in sample for part in own.values()):
            continue
        names = (own[net], own[gross], own[fee])
        tries = (Identity(names[0], names[1:]), Identity(names[0], names[1:2], names[2:]))
        tally = Tally(FigurePlan(names, decimal, numbers.group, identities=tries))
        tally.add({part: sample[part] for part in names})
        if any(tally.held(identity).always for identity in tries):
            return True
    return False
