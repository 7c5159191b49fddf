-- purpose: issuers by BIN; the issuer's id is its name in lower-case words joined by hyphens.
-- parameters: bank_id uuid, bins, names, countries, products text[].
-- grain: one row per BIN that is new or has changed.
insert into payscope.issuer as i (bank_id, bin, issuer_id, name, country, product)
select %(bank_id)s, n.bin, trim(both '-' from regexp_replace(lower(n.name), '[^a-z0-9]+', '-', 'g')), n.name,
       n.country, n.product
from unnest(%(bins)s::text[], %(names)s::text[], %(countries)s::text[], %(products)s::text[])
    as n (bin, name, country, product)
order by n.bin
on conflict (bank_id, bin) do update
set issuer_id = excluded.issuer_id, name = excluded.name, country = coalesce(excluded.country, i.country),
    product = coalesce(excluded.product, i.product)
where excluded.name <> i.name or coalesce(excluded.country, i.country) is distinct from i.country
   or coalesce(excluded.product, i.product) is distinct from i.product
