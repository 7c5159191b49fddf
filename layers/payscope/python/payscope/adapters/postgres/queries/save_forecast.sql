-- purpose: keep a forecast and its points once.
-- parameters: bank_id uuid, forecast_id uuid, metric text, dimensions jsonb, currency text or null, model text,
--   trained_from date, trained_to date, data_hash text, backtest jsonb, now timestamptz,
--   days date[], values numeric[], lowers numeric[], uppers numeric[] (equally long).
-- grain: no rows.
with kept as (
    insert into payscope.forecast (bank_id, forecast_id, metric, dimensions, currency, model, trained_from,
                                   trained_to, data_hash, backtest, created_at)
    values (%(bank_id)s, %(forecast_id)s, %(metric)s, %(dimensions)s, %(currency)s, %(model)s, %(trained_from)s,
            %(trained_to)s, %(data_hash)s, %(backtest)s, %(now)s)
    on conflict do nothing
    returning bank_id, forecast_id
)
insert into payscope.forecast_point (bank_id, forecast_id, day_on, value, lower, upper)
select k.bank_id, k.forecast_id, p.day_on, p.value, p.lower, p.upper
from kept k,
     unnest(%(days)s::date[], %(values)s::numeric[], %(lowers)s::numeric[], %(uppers)s::numeric[])
         as p (day_on, value, lower, upper)
