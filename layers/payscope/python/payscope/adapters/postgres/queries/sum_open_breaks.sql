-- purpose: what a bank's open breaks put at risk.
-- parameters: bank_id uuid.
-- grain: one row per state, reason, currency and expected date; minor is the sum of absolute amounts.
select state, reason, currency, expected_on, count(*)::bigint as breaks, sum(abs(amount_minor))::bigint as minor
from payscope.break
where bank_id = %(bank_id)s and cleared_at is null
group by state, reason, currency, expected_on
order by state, reason, currency, expected_on
