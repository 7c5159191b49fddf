-- purpose: a report's account as the sum of its chunks, and the verdict on its control totals.
-- parameters: bank_id uuid, report_id uuid, chunks integer (how many there must be).
-- grain: one row: chunks found, rows read, loaded, quarantined, duplicate, informative.
with
summed as (
    select count(*) filter (where c.chunk >= 0 and c.loaded_at is not null) as chunks, sum(c.rows_read) as rows_read,
           sum(c.rows_loaded) as rows_loaded, sum(c.rows_quarantined) as rows_quarantined,
           sum(c.rows_duplicate) as rows_duplicate, sum(c.rows_informative) as rows_informative
    from payscope.report_chunk c
    where c.bank_id = %(bank_id)s and c.report_id = %(report_id)s
),
-- What is stated without a currency is of the only one that the rows have; of several it is no sum, but a count.
by_currency as (
    select c.name, case when count(*) = 1 or c.name = 'rows' then sum(c.computed) end as computed
    from payscope.control_total c
    where c.bank_id = %(bank_id)s and c.report_id = %(report_id)s and c.currency <> ''
    group by c.name
),
compared as (
    select t.name, t.currency, t.stated,
           case when t.currency = '' and b.name is not null and t.stated is not null then b.computed
                else t.computed end as computed
    from payscope.control_total t
    left join by_currency b on b.name = t.name
    where t.bank_id = %(bank_id)s and t.report_id = %(report_id)s
),
judged as (
    update payscope.control_total t
    set computed = c.computed,
        agrees = case when c.stated is null or c.computed is null then null else c.stated = c.computed end
    from compared c
    where t.bank_id = %(bank_id)s and t.report_id = %(report_id)s and c.name = t.name and c.currency = t.currency
),
told as (
    update payscope.report r
    set rows_read = s.rows_read, rows_loaded = s.rows_loaded, rows_quarantined = s.rows_quarantined,
        rows_duplicate = s.rows_duplicate, rows_informative = s.rows_informative
    from summed s
    where r.bank_id = %(bank_id)s and r.report_id = %(report_id)s
)
select chunks, rows_read, rows_loaded, rows_quarantined, rows_duplicate, rows_informative from summed
