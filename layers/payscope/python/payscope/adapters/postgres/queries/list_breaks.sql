-- purpose: a bank's breaks, the longest expected first, behind a pair of expected date and id.
-- parameters: bank_id uuid, break_id uuid or null, state, reason, currency, owner text or null,
--             minimums jsonb (least absolute minor units by currency), least bigint (for all others),
--             spans jsonb or null (first and last expected date by currency, "" for those that are not
--             named; a null date is open), with_cleared boolean,
--             after_on date or null, after_id uuid or null, limit integer.
-- grain: one row per break.
select break_id, event_id, report_id, match_id, reason, state, currency, amount_minor, expected_on,
       merchant_id, network, evidence, opened_at, cleared_at, owner
from payscope.break
where bank_id = %(bank_id)s
  and (%(break_id)s::uuid is null or break_id = %(break_id)s)
  and (%(with_cleared)s::boolean or cleared_at is null)
  and (%(state)s::text is null or state = %(state)s)
  and (%(reason)s::text is null or reason = %(reason)s)
  and (%(currency)s::text is null or currency = %(currency)s)
  and abs(amount_minor) >= coalesce((%(minimums)s::jsonb ->> currency)::bigint, %(least)s::bigint)
  and (%(owner)s::text is null or owner = %(owner)s)
  and (%(spans)s::jsonb is null
       or expected_on between coalesce((coalesce(%(spans)s::jsonb -> currency, %(spans)s::jsonb -> '') ->> 0)::date, '-infinity')
                          and coalesce((coalesce(%(spans)s::jsonb -> currency, %(spans)s::jsonb -> '') ->> 1)::date, 'infinity'))
  and (%(after_on)s::date is null or (expected_on, break_id) > (%(after_on)s::date, %(after_id)s::uuid))
order by expected_on, break_id
limit %(limit)s
