-- purpose: take an idempotency key, also from a record that has expired or was abandoned.
-- parameters: bank_id uuid, principal, route, key, request_hash text, now, expired, abandoned timestamptz.
-- grain: one row if the key was taken, none if someone has it.
insert into payscope.idempotency_key as k (bank_id, principal, route, key, request_hash, created_at)
values (%(bank_id)s, %(principal)s, %(route)s, %(key)s, %(request_hash)s, %(now)s)
on conflict (bank_id, principal, route, key) do update
set request_hash = excluded.request_hash, created_at = excluded.created_at, status_code = null, response = null
where k.created_at < %(expired)s or (k.status_code is null and k.created_at < %(abandoned)s)
returning true
