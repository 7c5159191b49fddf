-- purpose: cards by token.
-- parameters: bank_id uuid, tokens, bins, last4s text[].
-- grain: one row per card that is new or of which more is known.
insert into payscope.card as c (bank_id, card_token, bin, last4)
select %(bank_id)s, n.token, n.bin, n.last4
from unnest(%(tokens)s::text[], %(bins)s::text[], %(last4s)s::text[]) as n (token, bin, last4)
order by n.token
on conflict (bank_id, card_token) do update
set bin = coalesce(excluded.bin, c.bin), last4 = coalesce(excluded.last4, c.last4)
where coalesce(excluded.bin, c.bin) is distinct from c.bin or coalesce(excluded.last4, c.last4) is distinct from c.last4
