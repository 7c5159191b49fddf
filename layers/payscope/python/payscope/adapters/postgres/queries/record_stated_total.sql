-- purpose: a figure that a file states about itself, and where the sum of its rows starts.
-- parameters: bank_id uuid, report_id uuid, name text, currency text, stated numeric, opening numeric or null.
-- grain: one row; a sum that has begun is not reset.
insert into payscope.control_total (bank_id, report_id, name, currency, stated, computed)
values (%(bank_id)s, %(report_id)s, %(name)s, %(currency)s, %(stated)s, %(opening)s)
on conflict (bank_id, report_id, name, currency) do update set stated = excluded.stated
