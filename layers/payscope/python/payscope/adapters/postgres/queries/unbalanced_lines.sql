-- purpose: the settled lines of a day whose stated net is not gross less fees: what the rounding consists of.
-- parameters: bank_id uuid, day_on date, currency text, scheme text or null, most integer.
-- grain: one row per line, the largest difference first.
select e.event_id, e.report_id, e.row_number, e.batch_ref,
       (e.settlement_minor - e.amount_minor - coalesce(e.fee_minor, 0))::bigint as minor
from payscope.event e
left join lateral (
    select max(p.booked_on) as paid_on from payscope.event p
    where p.bank_id = e.bank_id and p.batch_ref = e.batch_ref and p.source = e.source and p.known_to = 'infinity'
      and p.event_type = 'ADJUSTMENT' and p.subtype = 'PAYOUT'
      and coalesce(p.settlement_currency, p.currency) = %(currency)s) p on true
where e.bank_id = %(bank_id)s and e.known_to = 'infinity'
  and e.event_type in ('SETTLEMENT', 'REFUND', 'DISPUTE', 'FEE', 'ADJUSTMENT') and e.subtype is distinct from 'PAYOUT'
  and e.settlement_minor is not null and coalesce(e.settlement_currency, e.currency) = e.currency
  and e.currency = %(currency)s and (%(scheme)s::text is null or e.network = %(scheme)s)
  and e.settlement_minor <> e.amount_minor + coalesce(e.fee_minor, 0)
  and e.occurred_at >= %(day_on)s::date - 400 and e.occurred_at < %(day_on)s::date + 62
  and coalesce(p.paid_on, e.booked_on) = %(day_on)s
  and e.source in (select d.source from payscope.event_daily d where d.bank_id = %(bank_id)s
                   and (d.event_type = 'SETTLEMENT' or (d.event_type = 'ADJUSTMENT' and d.subtype = 'PAYOUT')))
order by abs(e.settlement_minor - e.amount_minor - coalesce(e.fee_minor, 0)) desc, e.event_id
limit %(most)s
