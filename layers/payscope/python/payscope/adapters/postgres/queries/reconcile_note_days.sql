-- purpose: note the days of the payments that were decided, so that their match rates are rolled up anew.
-- parameters: bank_id uuid, now timestamptz.
-- grain: one row of payscope.match_day_due per day in the bank's time zone.
insert into payscope.match_day_due (bank_id, day_on, noted_at)
select distinct b.bank_id, (p.occurred_at at time zone b.timezone)::date, %(now)s::timestamptz
from payment_event p
join payscope.bank b on b.bank_id = %(bank_id)s
