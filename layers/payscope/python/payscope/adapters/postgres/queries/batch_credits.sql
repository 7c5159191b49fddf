-- purpose: what the bank credited for batches by their match, and the break or the state of it.
-- parameters: bank_id uuid, day_on date, currency text, sources text[], batch_refs text[] (side by side).
-- grain: one row per source and batch with a matched payout.
-- Payouts without a batch count as the day's, by the name that the settled lines have for them.
-- A credit that paid several batches together counts for each with what was paid out; what it lacks, or has
-- too much, stands on the first of them.
with batch as (
    select b.source, b.batch_ref
    from unnest(%(sources)s::text[], %(batch_refs)s::text[]) as b (source, batch_ref)
),
paid as (
    select b.source, b.batch_ref, e.event_id, coalesce(e.settlement_minor, e.amount_minor) as minor
    from batch b
    join payscope.event e on e.bank_id = %(bank_id)s and e.batch_ref = b.batch_ref and e.source = b.source
        and e.event_type = 'ADJUSTMENT' and e.subtype = 'PAYOUT' and e.known_to = 'infinity'
        and coalesce(e.settlement_currency, e.currency) = %(currency)s
        and e.occurred_at >= %(day_on)s::date - 31 and e.occurred_at < %(day_on)s::date + 62
    union all
    select b.source, b.batch_ref, e.event_id, coalesce(e.settlement_minor, e.amount_minor)
    from batch b
    join payscope.event e on e.bank_id = %(bank_id)s and e.batch_ref is null and e.booked_on = %(day_on)s
        and b.batch_ref = 'day ' || e.booked_on and e.source = b.source
        and e.event_type = 'ADJUSTMENT' and e.subtype = 'PAYOUT' and e.known_to = 'infinity'
        and coalesce(e.settlement_currency, e.currency) = %(currency)s
        and e.occurred_at >= %(day_on)s::date - 31 and e.occurred_at < %(day_on)s::date + 62
),
payout as (
    select p.source, p.batch_ref, me.match_id, -sum(p.minor) as paid_minor
    from paid p
    join payscope.match_event me on me.bank_id = %(bank_id)s and me.event_id = p.event_id
    group by p.source, p.batch_ref, me.match_id
),
matched as (
    select m.match_id, m.state,
           coalesce(sum(e.amount_minor) filter (where e.event_type = 'BANK_ENTRY' and e.currency = %(currency)s), 0)
               as credited_minor,
           count(*) filter (where e.event_type = 'BANK_ENTRY') as credits,
           coalesce(-sum(coalesce(e.settlement_minor, e.amount_minor)) filter (where e.event_type = 'ADJUSTMENT'), 0)
               as paid_minor,
           min(e.source || ' ' || coalesce(e.batch_ref, 'day ' || e.booked_on)) filter (where e.event_type = 'ADJUSTMENT') as first_batch
    from payscope.match m
    join payscope.match_event me on me.bank_id = m.bank_id and me.match_id = m.match_id
    join payscope.event e on e.bank_id = me.bank_id and e.event_id = me.event_id and e.known_to = 'infinity'
    where m.bank_id = %(bank_id)s and m.match_id in (select match_id from payout)
    group by m.match_id, m.state
)
select p.source, p.batch_ref,
       sum(case when m.credits = 0 then 0
                when m.first_batch = p.source || ' ' || p.batch_ref then p.paid_minor + m.credited_minor - m.paid_minor
                else p.paid_minor end)::bigint as credited_minor,
       min((select min(k.reason) from payscope.break k
            where k.bank_id = %(bank_id)s and k.match_id = p.match_id
              and (k.cleared_at is null or k.state = 'WRITTEN_OFF'))) as reason,
       bool_or(m.state = 'EXPECTED') as in_transit
from payout p
join matched m on m.match_id = p.match_id
group by p.source, p.batch_ref
