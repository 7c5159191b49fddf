-- purpose: the nodes around a report's payments that have names of their own.
-- parameters: bank_id uuid, report_id uuid.
-- grain: one row per node: label, id, properties.
with named as (
    select distinct merchant_id, bin from payscope.event
    where bank_id = %(bank_id)s and report_id = %(report_id)s and known_to = 'infinity'
)
select 'Report' as label, r.report_id::text as id,
       jsonb_build_object('file_name', r.file_name, 'source', r.source) as properties
from payscope.report r
where r.bank_id = %(bank_id)s and r.report_id = %(report_id)s and exists (
    select from payscope.event e
    where e.bank_id = r.bank_id and e.report_id = r.report_id and e.known_to > e.known_from)
union all
select 'Merchant', m.merchant_id, jsonb_build_object('name', m.name, 'mcc', m.mcc, 'country', m.country)
from payscope.merchant m
where m.bank_id = %(bank_id)s and m.merchant_id in (select merchant_id from named)
union all
select distinct on (i.issuer_id) 'Issuer', i.issuer_id, jsonb_build_object('name', i.name, 'country', i.country)
from payscope.issuer i
where i.bank_id = %(bank_id)s and i.bin in (select bin from named)
order by 1, 2
