"""The tenants of the local stack, written and read as the application role."""

from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from payscope.adapters.postgres.tenancy import Database
from payscope.domain.ingest.iso_codes import CURRENCY_LETTERS
from payscope.errors import InvalidInput
from payscope_local.servers import app_dsn
from payscope_local.state import Bank, PrivateState


def database_of(state: PrivateState) -> Database:
    return Database(app_dsn(state), bytes.fromhex(state.context_key), state.context_key_id)


def add_bank(
    database: Database,
    bank_id: UUID,
    name: str,
    timezone: str,
    currency: str,
    fiscal_year_start: int | None = None,
) -> None:
    """Register a tenant or change its name and defaults; the natural key is the bank's id.

    Args:
        fiscal_year_start: The month, 1 to 12, in which the bank's fiscal year starts; None leaves it as it
            is, which is January for a new bank.

    Raises:
        InvalidInput: The currency or the time zone does not exist, the month is none, or the name is empty.
    """
    if not name.strip():
        raise InvalidInput("Give the bank a name.")
    if currency not in CURRENCY_LETTERS.values():
        raise InvalidInput(f"{currency} is not an ISO 4217 code such as EUR.")
    if fiscal_year_start is not None and not 1 <= fiscal_year_start <= 12:
        raise InvalidInput(f"{fiscal_year_start} is no month: give 1 for January to 12 for December.")
    _check_zone(timezone)
    with database.tenant(bank_id) as cursor:
        cursor.execute(
            "insert into payscope.bank (bank_id, name, timezone, currency, fiscal_year_start)"
            " values (%(id)s, %(name)s, %(timezone)s, %(currency)s, coalesce(%(start)s::smallint, 1))"
            " on conflict (bank_id) do update set name = excluded.name, timezone = excluded.timezone,"
            " currency = excluded.currency,"
            " fiscal_year_start = coalesce(%(start)s::smallint, bank.fiscal_year_start)",
            {
                "id": bank_id,
                "name": name,
                "timezone": timezone,
                "currency": currency,
                "start": fiscal_year_start,
            },
        )


def _check_zone(timezone: str) -> None:
    try:
        ZoneInfo(timezone)
    except (OSError, ValueError, ZoneInfoNotFoundError) as error:
        raise InvalidInput(f"{timezone} is no time zone of the IANA list, such as Europe/Berlin.") from error


def list_banks(database: Database) -> list[Bank]:
    """All tenants in order of their ids."""
    return [Bank(bank_id=str(bank_id), name=_name(database, bank_id)) for bank_id in database.bank_ids()]


def _name(database: Database, bank_id: UUID) -> str:
    with database.tenant(bank_id) as cursor:
        cursor.execute("select name from payscope.bank where bank_id = %s", (bank_id,))
        row = cursor.fetchone()
    return "" if row is None else row[0]
