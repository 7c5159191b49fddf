-- purpose: the memberships that the events of the decided payments have by now. An event belongs to one payment:
--          those under a payment that it no longer has, or that is none any more, are strays (a late file can
--          give a lifecycle id to events that stood alone before).
-- parameters: bank_id uuid.
-- grain: temporary table membership, one row per (event, match).
create temp table membership on commit drop as
select me.event_id, me.match_id, me.match_id <> p.match_id or v.match_id is null as is_stray
from payment_event p
join payscope.match_event me on me.bank_id = %(bank_id)s and me.event_id = p.event_id
left join verdict v on v.match_id = me.match_id
