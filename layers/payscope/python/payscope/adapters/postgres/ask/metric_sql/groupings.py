"""Dimensions that are worked out of a row: regions, category families, corridor, presence of the card."""

from psycopg import sql

from payscope.adapters.postgres.ask.metric_sql.parts import Fragment, literals
from payscope.domain.ask.groupings import MCC_FAMILIES, REGIONS


def region_of(country: Fragment) -> Fragment:
    """The region of a country's code, null where it has none."""
    cases = sql.SQL(" ").join(
        sql.SQL("when {} in ({}) then {}").format(country, literals(countries), sql.Literal(region))
        for region, countries in REGIONS.items()
    )
    return sql.SQL("case {} end").format(cases)


def family_of(mcc: Fragment) -> Fragment:
    """The family of a merchant category code, null where it is none."""
    cases = sql.SQL(" ").join(
        sql.SQL("when {} between {} and {} then {}").format(
            mcc, sql.Literal(first), sql.Literal(last), sql.Literal(family)
        )
        for family, ranges in MCC_FAMILIES.items()
        for first, last in ranges
    )
    return sql.SQL("case {} end").format(cases)


def corridor_of(country: Fragment, issuer_country: Fragment) -> Fragment:
    """Whether the issuer is in the merchant's country, null where either is not known."""
    return sql.SQL(
        "case when {country} = {issuer} then 'DOMESTIC' when {country} <> {issuer} then 'CROSS_BORDER' end"
    ).format(country=country, issuer=issuer_country)


def presence_of(card_present: Fragment, channel: Fragment) -> Fragment:
    """Whether the card was at the terminal, by the row's own word, else by its channel."""
    return sql.SQL(
        "case coalesce({}, {} in ('POS', 'ATM')) when true then 'PRESENT' when false then 'NOT_PRESENT' end"
    ).format(card_present, channel)
