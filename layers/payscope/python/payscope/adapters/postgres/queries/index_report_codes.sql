-- purpose: the response and dispute reason codes in the report's events.
-- parameters: bank_id uuid, report_id uuid.
-- grain: one row per (field, code, network); the network only of reason codes.
select distinct k.field, k.code, k.network
from payscope.event e
cross join lateral (values
    ('response_code', e.response_code, null), ('reason_code', e.reason_code, e.network)) as k (field, code, network)
where e.bank_id = %(bank_id)s and e.report_id = %(report_id)s and e.known_to = 'infinity' and k.code is not null
order by 1, 2, 3
