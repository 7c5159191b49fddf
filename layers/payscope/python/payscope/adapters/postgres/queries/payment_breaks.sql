-- purpose: the breaks of a payment, cleared ones included.
-- parameters: bank_id uuid, event_ids uuid[], match_ids uuid[], known_at timestamptz or null (as they stood then).
-- grain: one row per break.
select k.break_id, k.event_id, k.report_id, k.match_id, k.reason, coalesce(c.state, k.state) as state,
       coalesce(c.currency, k.currency) as currency, coalesce(c.amount_minor, k.amount_minor) as amount_minor,
       k.expected_on, k.merchant_id, k.network, k.evidence, k.opened_at,
       case when c.state is null then k.cleared_at else c.cleared_at end as cleared_at, k.owner
from payscope.break k
left join lateral (
    select h.state, h.currency, h.amount_minor, h.cleared_at
    from payscope.break_change h
    where h.bank_id = k.bank_id and h.break_id = k.break_id and h.changed_at <= %(known_at)s::timestamptz
    order by h.change_no desc limit 1
) c on true
where k.bank_id = %(bank_id)s
  and (k.event_id = any (%(event_ids)s::uuid[]) or k.match_id = any (%(match_ids)s::uuid[]))
  and (%(known_at)s::timestamptz is null or k.opened_at <= %(known_at)s::timestamptz)
order by k.expected_on, k.break_id
