-- purpose: the breaks of a payment, cleared ones included.
-- parameters: bank_id uuid, event_ids uuid[], match_ids uuid[].
-- grain: one row per break.
select break_id, event_id, report_id, match_id, reason, state, currency, amount_minor, expected_on,
       merchant_id, network, evidence, opened_at, cleared_at, owner
from payscope.break
where bank_id = %(bank_id)s
  and (event_id = any (%(event_ids)s::uuid[]) or match_id = any (%(match_ids)s::uuid[]))
order by expected_on, break_id
