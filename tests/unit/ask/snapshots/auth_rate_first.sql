select coalesce(count(*) filter (where (e."event_type" in ('AUTH') and e."exclusion" is null and coalesce(e."approved", false) and coalesce(e.is_first, false))), 0) as numerator,
       coalesce(count(*) filter (where (e."event_type" in ('AUTH') and e."exclusion" is null and coalesce(e.is_first, false))), 0) as denominator,
       null::numeric as quantile,
       count(*) as row_count,
       coalesce(bit_xor(uuid_hash_extended(e.event_id, e.revision)), 0) as row_xor
from (select s.*, s.step = 1 as is_first,
       bool_or(coalesce(s.approved, false)) over (partition by s.intent, s.session) as intent_approved
 from (select k.*, sum(k.step) over (partition by k.intent order by k.occurred_at, k.event_id) as session
       from (select a.*, case when lag(a.occurred_at) over w is null then 1
                             when a.order_ref is null and a.occurred_at > lag(a.occurred_at) over w + interval '24 hours' then 1 else 0 end as step
             from (select e."amount_minor", e."approved", e."booked_on", e."currency", e."event_id", e."event_type", e."exclusion", e."merchant_id", e."occurred_at", e."order_ref", e."revision", e."settlement_currency", e."source",
                          case when e.order_ref is not null then 'o|' || e.order_ref
                               when e.card_token is not null then concat_ws('|', 'c', e.card_token, e.merchant_id, e.amount_minor, e.currency)
                               else 'e|' || e.event_id end as intent
                   from payscope.event e
                   where e.bank_id = %(bank_id)s and e.known_from <= %(as_of)s and e.known_to > %(as_of)s and e.event_type = 'AUTH' and e.exclusion is null and e.occurred_at >= %(intents_from)s and e.occurred_at < %(intents_until)s) a
             window w as (partition by a.intent order by a.occurred_at, a.event_id)) k) s) e
where true
  and e.occurred_at >= %(occurred_from)s and e.occurred_at < %(occurred_until)s
  and ((e."event_type" in ('AUTH') and e."exclusion" is null and coalesce(e."approved", false) and coalesce(e.is_first, false))
    or (e."event_type" in ('AUTH') and e."exclusion" is null and coalesce(e.is_first, false)))
