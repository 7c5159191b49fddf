-- purpose: the report's quarantined rows by kind.
-- parameters: bank_id uuid, report_id uuid.
-- grain: one row per problem code.
select code, array_remove(array_agg(distinct field order by field), '') as fields, count(distinct row_number) as rows
from payscope.problem where bank_id = %(bank_id)s and report_id = %(report_id)s
group by code order by code
