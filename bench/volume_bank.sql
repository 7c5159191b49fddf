-- purpose: what belongs to the payments of volume.sql: names, reports, matches, breaks.
-- parameters: bank_id uuid, merchants integer, now timestamptz.
-- grain: several statements, apart by a line with a semicolon.
insert into payscope.merchant (bank_id, merchant_id, name, merchant_group, mcc, country)
select %(bank_id)s, 'M-' || lpad(place::text, 5, '0'), 'Shop ' || place, 'Group ' || place / 20,
       (array['5814', '5942', '4511', '5812', '7994', '5411', '4722', '7011'])[1 + place %% 8],
       (array['DE', 'NL', 'FR', 'GB', 'JP'])[1 + place %% 5]
from generate_series(0, %(merchants)s) as place
;
insert into payscope.issuer (bank_id, bin, issuer_id, name, country)
select %(bank_id)s, (400000 + place)::text, 'issuer ' || place / 4, 'Issuer ' || place / 4,
       (array['DE', 'FR', 'GB', 'US', 'NL'])[1 + place %% 5]
from generate_series(0, 39) as place
;
insert into payscope.report (
    bank_id, report_id, file_name, object_key, object_version, status, source, profile, rows_read, rows_loaded,
    first_at, last_at, received_at, finished_at)
select %(bank_id)s, e.report_id, e.report_id || '.csv', e.report_id::text, '1', 'COMPLETE', min(e.source),
       min(e.source) || '-' || min(e.event_type) || '@1', count(*), count(*), min(e.occurred_at), max(e.occurred_at),
       %(now)s, %(now)s
from payscope.event e where e.bank_id = %(bank_id)s group by e.report_id
;
insert into payscope.report_chunk (
    bank_id, report_id, chunk, object_key, first_row, rows_read, rows_loaded, loaded_at)
select r.bank_id, r.report_id, 0, r.object_key, 1, r.rows_read, r.rows_loaded, %(now)s::timestamptz - interval '1 minute'
from payscope.report r where r.bank_id = %(bank_id)s
;
insert into payscope.match (bank_id, match_id, rule, state, score, evidence, matched_at)
select %(bank_id)s, md5('m' || e.lifecycle_id)::uuid, 'lifecycle_id',
       case when e.row_number %% 100 < 90 then 'MATCHED' when e.row_number %% 100 < 96 then 'MATCHED_TOLERANCE'
            when e.row_number %% 100 < 98 then 'UNMATCHED' else 'EXPECTED' end,
       1, '{}', %(now)s
from payscope.event e where e.bank_id = %(bank_id)s and e.event_type = 'CLEARING'
;
insert into payscope.match_event (bank_id, match_id, event_id, stage)
select %(bank_id)s, md5('m' || e.lifecycle_id)::uuid, e.event_id, e.event_type
from payscope.event e
where e.bank_id = %(bank_id)s and e.event_type in ('AUTH', 'CLEARING', 'SETTLEMENT')
  and (e.event_type <> 'AUTH' or e.approved)
;
insert into payscope.break (
    bank_id, break_id, event_id, report_id, match_id, reason, state, currency, amount_minor, expected_on,
    merchant_id, network, evidence, opened_at, cleared_at)
select %(bank_id)s, md5('b' || e.lifecycle_id)::uuid, e.event_id, e.report_id, md5('m' || e.lifecycle_id)::uuid,
       (array['MISSING_SETTLEMENT', 'AMOUNT', 'FEE_VARIANCE'])[1 + e.row_number / 1000 %% 3],
       case when e.row_number %% 1000 < 8 then 'MATCHED' else 'UNMATCHED' end, e.currency, e.amount_minor,
       e.booked_on + 5, e.merchant_id, e.network, '{}', e.booked_on + interval '6 days',
       case when e.row_number %% 1000 < 8 then e.booked_on + interval '9 days' end
from payscope.event e
where e.bank_id = %(bank_id)s and e.event_type = 'CLEARING' and e.row_number %% 1000 < 10
