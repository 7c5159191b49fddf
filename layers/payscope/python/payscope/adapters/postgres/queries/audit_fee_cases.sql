-- purpose: the combinations of what decides about interchange among the lines under audit.
-- parameters: none.
-- grain: one row per combination, since a day on which the rules changed.
select distinct on (case_key) case_key, since_on, currency, network, product, merchant_country, issuer_country,
       mcc, channel, days, entry_mode, three_ds
from fee_line
where since_on is not null
order by case_key
