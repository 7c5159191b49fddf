-- purpose: clearings that were presented again: with the same reference, amount and sequence number.
-- parameters: none.
-- grain: temporary table repeated, one row per payment with more than one clearing.
create temp table repeated on commit drop as
select match_id, sum(n - 1) as clearings
from (
    select p.match_id, count(*) as n
    from payment_event p join summed s on s.match_id = p.match_id
    where s.clearings > 1 and p.event_type = 'CLEARING'
    group by p.match_id, p.arn, p.amount_minor, p.sequence
) c
group by match_id
