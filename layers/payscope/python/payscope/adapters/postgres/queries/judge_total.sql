-- purpose: what a report's rows give for a figure, beside what the file states, and whether they agree.
-- parameters: bank_id uuid, report_id uuid, name text, currency text, stated, computed numeric or null, agrees boolean.
-- grain: one row; whatever was there before is replaced.
insert into payscope.control_total (bank_id, report_id, name, currency, stated, computed, agrees)
values (%(bank_id)s, %(report_id)s, %(name)s, %(currency)s, %(stated)s, %(computed)s, %(agrees)s)
on conflict (bank_id, report_id, name, currency) do update
set stated = excluded.stated, computed = excluded.computed, agrees = excluded.agrees
