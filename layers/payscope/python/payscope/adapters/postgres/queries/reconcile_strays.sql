-- purpose: the memberships that no longer hold. An event belongs to one payment: those under a payment that it no
--          longer has, or that is none any more, are strays (a late file can give a lifecycle id to events that
--          stood alone before). An event of a payment that has always named its lifecycle id can have no other.
-- parameters: bank_id uuid.
-- grain: temporary table stray, one row per (event, match).
create temp table stray on commit drop as
select distinct me.match_id, me.event_id
from payment_event p
left join verdict v on v.match_id = p.match_id
join payscope.match_event me on me.bank_id = %(bank_id)s and me.event_id = p.event_id
left join verdict o on o.match_id = me.match_id
where (p.rank > 1 or p.revision > 1 or p.event_type in ('ADJUSTMENT', 'BANK_ENTRY') or v.match_id is null)
  and (me.match_id <> p.match_id or o.match_id is null)
