-- purpose: bank credits that name no batch, and the payouts that they may add up from: those whose batch no bank
--          entry names, and those that have none.
-- parameters: bank_id uuid, rules jsonb (domain/reconcile/rules/reconciliation.json), from_on date, to_on date,
--             credits_from_on date, low timestamptz, high timestamptz.
-- grain: one row per credit, per payout batch and currency, and per payout without a batch: (is_credit, event_id,
--        batch_ref, currency, amount_minor, booked_on), event_id null for a batch; in a fixed order.
with credit as (
    select i.event_id, i.currency, i.amount_minor, i.booked_on
    from payscope.payment_item i
    where i.bank_id = %(bank_id)s and i.event_type = 'BANK_ENTRY' and i.batch_ref is null and i.amount_minor > 0
      and i.source = %(rules)s::jsonb ->> 'bank_source' and i.booked_on between %(credits_from_on)s and %(to_on)s
      and i.occurred_at between %(low)s and %(high)s
),
payout as (
    select case when i.batch_ref is null then i.event_id end as event_id, i.batch_ref,
           coalesce(i.settlement_currency, i.currency) as currency,
           -sum(coalesce(i.settlement_minor, i.amount_minor))::bigint as amount_minor, max(i.booked_on) as booked_on
    from payscope.payment_item i
    where i.bank_id = %(bank_id)s and i.event_type = 'ADJUSTMENT'
      and %(rules)s::jsonb -> 'payout_sources' ? i.source
      and i.occurred_at between %(low)s and %(high)s and i.booked_on between %(from_on)s and %(to_on)s
      and exists (select from credit)
    group by 1, i.batch_ref, 3
)
select true, c.event_id, null, c.currency, c.amount_minor, c.booked_on from credit c
union all
select false, p.event_id, p.batch_ref, p.currency, p.amount_minor, p.booked_on
from payout p
where p.amount_minor > 0 and not exists (
    select from payscope.event n
    where n.bank_id = %(bank_id)s and n.event_type = 'BANK_ENTRY' and n.batch_ref = p.batch_ref
      and n.known_to = 'infinity')
order by 6, 5, 4, 3, 2, 1
