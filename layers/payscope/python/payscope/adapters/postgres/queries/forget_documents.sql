-- purpose: drop the record of all indexed documents of a bank.
-- parameters: bank_id uuid.
-- grain: one row per report that was indexed or has been loaded, oldest first.
with
forgotten as (
    delete from payscope.search_document where bank_id = %(bank_id)s returning report_id
)
select r.report_id
from payscope.report r
where r.bank_id = %(bank_id)s
  and (r.report_id in (select report_id from forgotten) or (r.status = 'COMPLETE' and r.rows_read > 0))
order by r.received_at, r.report_id
