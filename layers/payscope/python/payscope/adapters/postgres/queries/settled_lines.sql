-- purpose: settled lines of a day: those of the batches that were paid out on it, and those booked on it
--          whose batch has no payout yet. A line without a batch belongs to the day it was booked on.
-- parameters: bank_id uuid, day_on date, currency text or null, scheme text or null.
-- grain: one row per currency, batch, event type and subtype; amounts in minor units of the settlement currency.
with processor as (
    select distinct source from payscope.event_daily
    where bank_id = %(bank_id)s
      and (event_type = 'SETTLEMENT' or (event_type = 'ADJUSTMENT' and subtype = 'PAYOUT'))
),
line as (
    select e.source, e.event_type, e.subtype, e.booked_on,
           coalesce(e.batch_ref, 'day ' || e.booked_on) as batch_ref,
           case when e.settlement_minor is null then e.currency
                else coalesce(e.settlement_currency, e.currency) end as currency,
           coalesce(e.settlement_minor, e.amount_minor) as net_minor,
           case when e.settlement_minor is not null and coalesce(e.settlement_currency, e.currency) <> e.currency
                then e.settlement_minor - coalesce(e.fee_minor, 0)
                else e.amount_minor end as gross_minor,
           case when e.settlement_minor is null then 0 else coalesce(e.fee_minor, 0) end as fee_minor,
           case when e.settlement_minor is null then 0 else coalesce(e.interchange_minor, 0) end as interchange_minor,
           case when e.settlement_minor is null then 0 else coalesce(e.scheme_fee_minor, 0) end as scheme_fee_minor,
           case when e.settlement_minor is null then 0 else coalesce(e.markup_minor, 0) end as markup_minor,
           e.event_type = 'ADJUSTMENT' and e.subtype = 'PAYOUT' as is_payout
    from payscope.event e
    where e.bank_id = %(bank_id)s and e.known_to = 'infinity'
      and e.source in (select source from processor)
      and e.event_type in ('SETTLEMENT', 'REFUND', 'DISPUTE', 'FEE', 'ADJUSTMENT')
      and e.occurred_at >= %(day_on)s::date - 400 and e.occurred_at < %(day_on)s::date + 62
      and (%(scheme)s::text is null or e.network = %(scheme)s)
),
-- A join with the payouts instead would be planned for one row and run once for every line.
settled as (
    select l.*, max(l.booked_on) filter (where l.is_payout)
                over (partition by l.source, l.batch_ref, l.currency) as paid_on
    from line l
)
select s.currency, s.source, s.batch_ref, s.event_type, s.subtype, s.is_payout,
       count(*)::bigint as rows, sum(s.gross_minor)::bigint as gross_minor,
       sum(s.interchange_minor)::bigint as interchange_minor, sum(s.scheme_fee_minor)::bigint as scheme_fee_minor,
       sum(s.markup_minor)::bigint as markup_minor, sum(s.fee_minor)::bigint as fee_minor,
       sum(s.net_minor)::bigint as net_minor
from settled s
where coalesce(s.paid_on, s.booked_on) = %(day_on)s
  and (%(currency)s::text is null or s.currency = %(currency)s)
group by s.currency, s.source, s.batch_ref, s.event_type, s.subtype, s.is_payout
order by s.currency, s.source, s.batch_ref, s.event_type, s.subtype
