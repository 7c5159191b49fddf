-- purpose: the authorisations, clearings and settlements of the payments that a report touched.
-- parameters: bank_id uuid, report_id uuid.
-- grain: temporary table fee_member, one row per current event. It is analysed before it is joined with itself:
-- of a common table expression the planner expects few rows, and compares each with each.
create temp table fee_member on commit drop as
with
touched as (
    select distinct me.match_id
    from payscope.event e
    join payscope.match_event me on me.bank_id = e.bank_id and me.event_id = e.event_id
    where e.bank_id = %(bank_id)s and e.report_id = %(report_id)s and e.known_to = 'infinity'
      and e.event_type in ('AUTH', 'CLEARING', 'SETTLEMENT')
)
select t.match_id, e.event_id, e.report_id, e.event_type, e.occurred_at, e.booked_on, e.merchant_id, e.mcc,
       e.network, e.bin, e.country, e.issuer_country, e.channel, e.entry_mode, e.three_ds, e.approved,
       e.interchange_minor, coalesce(e.settlement_currency, e.currency) as settled_in,
       case when coalesce(e.settlement_currency, e.currency) = e.currency then e.amount_minor
            else e.settlement_minor - coalesce(e.fee_minor, 0) end as gross_minor
from touched t
join payscope.match_event me on me.bank_id = %(bank_id)s and me.match_id = t.match_id
join payscope.event e on e.bank_id = me.bank_id and e.event_id = me.event_id and e.known_to = 'infinity'
where me.stage in ('AUTH', 'CLEARING', 'SETTLEMENT')
