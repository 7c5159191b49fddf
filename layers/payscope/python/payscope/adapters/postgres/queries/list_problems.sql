-- purpose: the problems of a report behind a triple of row, field and code.
-- parameters: bank_id uuid, report_id uuid, row bigint, field text, code text, limit integer.
-- grain: one row per problem.
select row_number, field, code, message, raw
from payscope.problem
where bank_id = %(bank_id)s and report_id = %(report_id)s
  and (row_number, field, code) > (%(row)s::bigint, %(field)s::text, %(code)s::text)
order by row_number, field, code
limit %(limit)s
