-- purpose: an event belongs to one payment; memberships under a payment that it no longer has, or that is none
--          any more (a late file can give a lifecycle id to events that stood alone before).
-- parameters: bank_id uuid.
-- grain: temporary table stray, one row per membership.
create temp table stray on commit drop as
select distinct me.match_id, me.event_id
from payment_event p
join payscope.match_event me on me.bank_id = %(bank_id)s and me.event_id = p.event_id
left join verdict v on v.match_id = me.match_id
where me.match_id <> p.match_id or v.match_id is null
