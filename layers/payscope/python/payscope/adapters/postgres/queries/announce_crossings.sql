-- purpose: keep crossings of programme thresholds and tell the bus of those that are new.
-- parameters: bank_id uuid, report_id uuid, rows jsonb (programme, merchant_id, month_on, level, numerator,
--             denominator), now timestamptz.
-- grain: one row written to the outbox per new crossing.
with fresh as (
    insert into payscope.programme_crossing
        (bank_id, programme, merchant_id, month_on, level, numerator, denominator, crossed_at)
    select %(bank_id)s, r.programme, r.merchant_id, r.month_on, r.level, r.numerator, r.denominator, %(now)s
    from jsonb_to_recordset(%(rows)s::jsonb)
        as r (programme text, merchant_id text, month_on date, level text, numerator bigint, denominator bigint)
    on conflict do nothing
    returning programme, merchant_id, month_on, level
)
insert into payscope.outbox (bank_id, outbox_id, detail_type, detail, created_at)
select %(bank_id)s, gen_random_uuid(), 'programme.threshold',
       jsonb_build_object('bank_id', %(bank_id)s::text, 'report_id', %(report_id)s::text, 'programme', programme,
                          'merchant_id', nullif(merchant_id, ''), 'month', to_char(month_on, 'YYYY-MM'),
                          'level', level), %(now)s
from fresh
