-- purpose: settled sales grouped by gross amount, with what each component charged them, as costs.
-- parameters: as in read_daily_facts, without dimension and by_issuer.
-- grain: one row per currency and gross amount.
select e.currency, e.amount_minor, count(*), (-sum(coalesce(e.interchange_minor, 0)))::bigint,
       (-sum(coalesce(e.scheme_fee_minor, 0)))::bigint, (-sum(coalesce(e.markup_minor, 0)))::bigint
from payscope.event e
left join payscope.issuer i on i.bank_id = e.bank_id and i.bin = e.bin
left join payscope.merchant m on m.bank_id = e.bank_id and m.merchant_id = e.merchant_id
where e.bank_id = %(bank_id)s and e.event_type = 'SETTLEMENT'
  and e.source not in ('acquirer', 'scheme', 'bank') and e.known_to = 'infinity'
  and e.booked_on between %(start_on)s::date and %(end_on)s::date
  and e.currency = coalesce(e.settlement_currency, e.currency)
  and (%(networks)s::text[] is null or e.network = any(%(networks)s::text[]))
  and (%(issuers)s::text[] is null or i.issuer_id = any(%(issuers)s::text[])
       or i.name = any(%(issuers)s::text[]))
  and (%(merchants)s::text[] is null or e.merchant_id = any(%(merchants)s::text[]))
  and (%(mccs)s::text[] is null or coalesce(e.mcc, m.mcc) = any(%(mccs)s::text[]))
  and (%(countries)s::text[] is null or coalesce(e.country, m.country) = any(%(countries)s::text[]))
  and (%(channels)s::text[] is null or e.channel = any(%(channels)s::text[]))
  and (%(response_codes)s::text[] is null or e.response_code = any(%(response_codes)s::text[]))
  and (%(decline_families)s::text[] is null or e.decline_family = any(%(decline_families)s::text[]))
  and (%(currencies)s::text[] is null or e.currency = any(%(currencies)s::text[]))
group by e.currency, e.amount_minor
order by e.currency, e.amount_minor
