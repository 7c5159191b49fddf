-- purpose: the grounds on which a bank's payments have been disputed.
-- parameters: bank_id uuid, most int.
-- grain: one row per (network, reason code, stage).
select distinct e.network, e.reason_code, e.subtype
from payscope.event e
where e.bank_id = %(bank_id)s and e.event_type = 'DISPUTE' and e.known_to = 'infinity' and e.reason_code is not null
order by 1, 2, 3
limit %(most)s
