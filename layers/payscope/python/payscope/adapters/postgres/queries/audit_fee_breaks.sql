-- purpose: open, keep and clear the fee breaks of the lines under audit.
-- parameters: bank_id uuid, report_id uuid, now timestamptz, rounding integer (minor units),
--             options jsonb (the rules chosen for each combination: case_key, role 'RATE', 'CAP', 'DEARER' or
--             'CHEAPER', place, rule, source, bps, fixed, least, most, missed, is_downgrade).
-- grain: one row per change and reason: ('opened' | 'cleared', reason, count).
with
priced as (
    select l.event_id, o.role, o.place, o.rule, o.source, o.missed, o.is_downgrade,
           least(greatest((l.gross_minor * o.bps + 5000) / 10000 + o.fixed, o.least), o.most) as fee_minor
    from fee_line l
    join jsonb_to_recordset(%(options)s::jsonb) as o (case_key text, role text, place integer, rule text,
        source text, bps bigint, fixed bigint, least bigint, most bigint, missed jsonb, is_downgrade boolean)
      on o.case_key = l.case_key
),
judged as (
    select l.*, l.charged_minor - r.fee_minor as rate_gap, r.fee_minor as rate_minor, r.rule as rate_rule,
           r.source as rate_source, r.is_downgrade,
           nullif(greatest(l.charged_minor - c.fee_minor - %(rounding)s, 0), 0) + %(rounding)s as cap_gap,
           c.rule as cap_rule, c.source as cap_source, c.fee_minor as cap_minor,
           l.taken_minor - l.passed_minor as passed_gap,
           d.rule as dearer_rule, d.missed as dearer_missed,
           b.rule as cheaper_rule, b.missed as cheaper_missed, b.fee_minor as cheaper_minor
    from fee_line l
    left join priced r on r.event_id = l.event_id and r.role = 'RATE'
    left join priced c on c.event_id = l.event_id and c.role = 'CAP'
    left join lateral (
        select p.rule, p.missed from priced p
        where p.event_id = l.event_id and p.role = 'DEARER' and abs(p.fee_minor - l.charged_minor) <= %(rounding)s
        order by p.place limit 1) d on true
    left join lateral (
        select p.rule, p.missed, p.fee_minor from priced p
        where p.event_id = l.event_id and p.role = 'CHEAPER' and p.fee_minor < r.fee_minor
        order by p.fee_minor, p.place limit 1) b on true
),
verdict as (
    select j.*, v.reason, v.amount_minor, v.recoverable_minor, v.evidence
    from judged j
    cross join lateral (
        select 'DOWNGRADE' as reason, j.rate_gap as amount_minor, j.rate_gap as recoverable_minor,
               jsonb_build_object('basis', 'schedule', 'missed', j.dearer_missed, 'charged_rule', j.dearer_rule,
                                  'rule', j.rate_rule, 'source', j.rate_source, 'expected_minor', j.rate_minor) as evidence
        where abs(j.rate_gap) > %(rounding)s and j.dearer_rule is not null
        union all
        select 'DOWNGRADE', j.charged_minor - j.cheaper_minor, 0,
               jsonb_build_object('basis', 'handling', 'missed', j.cheaper_missed, 'charged_rule', j.rate_rule,
                                  'rule', j.cheaper_rule, 'source', j.rate_source, 'expected_minor', j.rate_minor,
                                  'avoidable_minor', j.rate_minor - j.cheaper_minor)
        where abs(j.rate_gap) <= %(rounding)s and j.is_downgrade and j.cheaper_rule is not null
        union all
        select 'FEE_VARIANCE', g.gap, greatest(g.gap, 0), g.evidence
        from (
            select 1 as place, j.rate_gap as gap,
                   jsonb_build_object('basis', 'schedule', 'rule', j.rate_rule, 'source', j.rate_source,
                                      'expected_minor', j.rate_minor) as evidence
            where abs(j.rate_gap) > %(rounding)s and j.dearer_rule is null
            union all
            select 2, j.cap_gap, jsonb_build_object('basis', 'cap', 'rule', j.cap_rule, 'source', j.cap_source,
                                                    'expected_minor', j.cap_minor)
            where j.cap_gap is not null
            union all
            select 3, j.passed_gap, jsonb_build_object('basis', 'clearing', 'expected_minor', j.passed_minor)
            where abs(j.passed_gap) > %(rounding)s
            order by place limit 1
        ) g
    ) v
),
found as (
    select v.*, md5(concat_ws(E'\x1f', %(bank_id)s::text, 'fee', v.event_id, v.reason))::uuid as break_id,
           v.evidence || jsonb_strip_nulls(jsonb_build_object(
               'payment_key', v.payment_key, 'charged_minor', v.charged_minor, 'gross_minor', v.gross_minor,
               'recoverable_minor', v.recoverable_minor)) as whole
    from verdict v
),
before as (
    select k.break_id, k.cleared_at from payscope.break k
    where k.bank_id = %(bank_id)s and k.break_id in (select break_id from found)
),
opened as (
    insert into payscope.break as k (bank_id, break_id, event_id, report_id, reason, state, currency, amount_minor,
        expected_on, merchant_id, network, evidence, opened_at)
    select %(bank_id)s, f.break_id, f.event_id, f.report_id, f.reason, 'MISMATCHED', f.currency, f.amount_minor,
           f.booked_on, f.merchant_id, f.network, f.whole, %(now)s
    from found f
    on conflict (bank_id, break_id) do update
        set state = case when k.cleared_at is null then k.state else 'REOPENED' end, cleared_at = null,
            amount_minor = excluded.amount_minor, currency = excluded.currency, evidence = excluded.evidence,
            expected_on = excluded.expected_on
        -- What two people wrote off was this amount: another one opens the break again.
        where (k.state <> 'WRITTEN_OFF'
               or (k.amount_minor, k.currency) is distinct from (excluded.amount_minor, excluded.currency))
          and (k.cleared_at is not null or (k.amount_minor, k.currency, k.evidence, k.expected_on)
               is distinct from (excluded.amount_minor, excluded.currency, excluded.evidence, excluded.expected_on))
    returning k.break_id, k.reason
),
cleared as (
    update payscope.break k
    set cleared_at = %(now)s, state = 'MATCHED'
    where k.bank_id = %(bank_id)s and k.reason in ('FEE_VARIANCE', 'DOWNGRADE') and k.cleared_at is null
      and k.state <> 'WRITTEN_OFF' and k.event_id in (select event_id from fee_line)
      and k.break_id not in (select break_id from found)
    returning k.reason
),
fresh as (
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
select 'opened' as change, reason, count(*) from fresh group by reason
union all
select 'cleared', reason, count(*) from cleared group by reason
