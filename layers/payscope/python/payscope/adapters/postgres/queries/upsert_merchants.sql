-- purpose: merchants that events name; a report that does not tell an attribute leaves it.
-- parameters: bank_id uuid, ids, names, groups, mccs, countries text[].
-- grain: one row per merchant that is new or has changed.
insert into payscope.merchant as m (bank_id, merchant_id, name, merchant_group, mcc, country)
select %(bank_id)s, n.id, coalesce(n.name, n.id), n.merchant_group, n.mcc, n.country
from unnest(%(ids)s::text[], %(names)s::text[], %(groups)s::text[], %(mccs)s::text[], %(countries)s::text[])
    as n (id, name, merchant_group, mcc, country)
order by n.id
on conflict (bank_id, merchant_id) do update
set name = case when excluded.name = excluded.merchant_id then m.name else excluded.name end,
    merchant_group = coalesce(excluded.merchant_group, m.merchant_group),
    mcc = coalesce(excluded.mcc, m.mcc),
    country = coalesce(excluded.country, m.country)
where (excluded.name <> excluded.merchant_id and excluded.name <> m.name)
   or coalesce(excluded.merchant_group, m.merchant_group) is distinct from m.merchant_group
   or coalesce(excluded.mcc, m.mcc) is distinct from m.mcc
   or coalesce(excluded.country, m.country) is distinct from m.country
