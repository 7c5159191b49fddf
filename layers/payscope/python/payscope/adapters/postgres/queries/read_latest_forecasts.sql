-- purpose: the newest forecast of every series of a bank, or of those that fit.
-- parameters: bank_id uuid, metric text or null, dimensions jsonb or null, currency text or null.
-- grain: one row per day ahead of each series' newest forecast.
with latest as (
    select distinct on (f.metric, f.dimensions, f.currency) f.*
    from payscope.forecast f
    where f.bank_id = %(bank_id)s
      and (%(metric)s::text is null or f.metric = %(metric)s::text)
      and (%(dimensions)s::jsonb is null or f.dimensions = %(dimensions)s::jsonb)
      and (%(currency)s::text is null or f.currency = %(currency)s::text)
    order by f.metric, f.dimensions, f.currency, f.trained_to desc, f.created_at desc, f.forecast_id
)
select l.forecast_id, l.created_at, l.metric, l.dimensions, l.currency, l.model, l.trained_from, l.trained_to,
       l.data_hash, l.backtest, p.day_on, p.value, p.lower, p.upper
from latest l
join payscope.forecast_point p on p.bank_id = l.bank_id and p.forecast_id = l.forecast_id
order by l.metric, l.dimensions, l.currency, p.day_on
