-- purpose: put one event in the outbox once.
-- parameters: bank_id uuid, outbox_id uuid, detail_type text, detail jsonb, now timestamptz.
-- grain: no rows.
insert into payscope.outbox (bank_id, outbox_id, detail_type, detail, created_at)
values (%(bank_id)s, %(outbox_id)s, %(detail_type)s, %(detail)s, %(now)s)
on conflict do nothing
