-- purpose: open new breaks, keep known ones, clear those of decided payments that no longer hold.
-- parameters: bank_id uuid, report_id uuid, now timestamptz.
-- grain: one row per (change, reason): ('opened' | 'reopened' | 'cleared', reason, count).
with
touched as (
    select match_id from verdict
    union
    select s.match_id from stray s
    where not exists (
        select from payscope.match m where m.bank_id = %(bank_id)s and m.match_id = s.match_id)
),
before as (
    select b.break_id, b.state, b.cleared_at from payscope.break b
    where b.bank_id = %(bank_id)s and b.break_id in (select break_id from found_break)
),
opened as (
    insert into payscope.break as k (bank_id, break_id, event_id, report_id, match_id, reason, state, currency,
        amount_minor, expected_on, merchant_id, network, evidence, opened_at)
    select %(bank_id)s, f.break_id, f.event_id, f.report_id,
           f.match_id, f.reason, f.state, coalesce(f.currency, 'XXX'), coalesce(f.amount_minor, 0), f.expected_on,
           f.merchant_id, f.network, f.evidence, %(now)s
    from found_break f
    on conflict (bank_id, break_id) do update
        set state = case when k.cleared_at is null then k.state else 'REOPENED' end, cleared_at = null,
            amount_minor = excluded.amount_minor, currency = excluded.currency, evidence = excluded.evidence,
            expected_on = excluded.expected_on, event_id = excluded.event_id, report_id = excluded.report_id,
            merchant_id = excluded.merchant_id, network = excluded.network
        -- What two people wrote off was this amount: another one opens the break again.
        where (k.state <> 'WRITTEN_OFF'
               or (k.amount_minor, k.currency) is distinct from (excluded.amount_minor, excluded.currency))
          and (k.cleared_at is not null
               or (k.amount_minor, k.currency, k.evidence, k.expected_on, k.event_id, k.merchant_id, k.network)
                  is distinct from (excluded.amount_minor, excluded.currency, excluded.evidence, excluded.expected_on,
                                    excluded.event_id, excluded.merchant_id, excluded.network))
    returning k.break_id, k.reason, k.state
),
cleared as (
    update payscope.break k
    set cleared_at = %(now)s, state = 'MATCHED'
    where k.bank_id = %(bank_id)s and k.cleared_at is null and k.state <> 'WRITTEN_OFF'
      and k.match_id in (select match_id from touched)
      and k.break_id not in (select break_id from found_break)
      -- Fees are audited by a step of their own, which clears what it opened.
      and k.reason not in ('FEE_VARIANCE', 'DOWNGRADE')
    returning k.reason
)
-- Events carry ids, a bounded number of them; the list of breaks has the rest.
, fresh as (
    select o.break_id, o.reason from opened o left join before b on b.break_id = o.break_id
    where b.break_id is null or b.cleared_at is not null
),
told as (
    insert into payscope.outbox (bank_id, outbox_id, detail_type, detail, created_at)
    select %(bank_id)s, gen_random_uuid(), 'break.opened',
           jsonb_build_object('bank_id', %(bank_id)s::text, 'report_id', %(report_id)s::text, 'reason', f.reason,
                              'count', count(*), 'break_ids', (array_agg(f.break_id order by f.break_id))[1:50]), %(now)s
    from fresh f group by f.reason
)
select case when b.break_id is null then 'opened' else 'reopened' end, o.reason, count(*)
from opened o left join before b on b.break_id = o.break_id
where b.break_id is null or b.cleared_at is not null
group by 1, 2
union all
select 'cleared', reason, count(*) from cleared group by reason
