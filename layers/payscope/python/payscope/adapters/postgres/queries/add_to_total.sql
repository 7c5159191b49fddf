-- purpose: add a chunk's part to a control total.
-- parameters: bank_id uuid, report_id uuid, name text, currency text, stated numeric or null, computed numeric.
-- grain: one row; what cannot be computed (null) stays so.
insert into payscope.control_total as t (bank_id, report_id, name, currency, stated, computed)
values (%(bank_id)s, %(report_id)s, %(name)s, %(currency)s, %(stated)s, %(computed)s)
on conflict (bank_id, report_id, name, currency) do update
set computed = t.computed + excluded.computed,
    stated = case when excluded.stated is null then t.stated else coalesce(t.stated, 0) + excluded.stated end
