-- purpose: the second half of a refresh of the cubes: roll the current revisions of these days up, once for
--          each cube, in one reading of the events.
-- parameters: bank_id uuid, days date[], timezone text, now timestamptz,
--             since timestamptz and until timestamptz (the span of the days, for partition pruning).
-- grain: one row per cube, day on each clock and combination of the cube's attributes. The cubes network, shop
--        and bin are made of these, the cubes of matches and of reports apart.
--
-- An attempt opens an intent where no attempt of the same intent precedes it within 24 hours, and is
-- approved in the end where it or an attempt within the 24 hours after it is: see attempts_with_intents().
with attempt as (
    select a.event_id, a.revision,
           lag(a.occurred_at) over w is null
               or a.occurred_at > lag(a.occurred_at) over w + interval '24 hours' as is_first,
           bool_or(a.approved) over (partition by a.intent order by a.occurred_at
               range between current row and interval '24 hours' following) as intent_approved
    from (select e.event_id, e.revision, e.occurred_at, coalesce(e.approved, false) as approved,
                 case when e.order_ref is not null then 'o|' || e.order_ref
                      when e.card_token is not null
                          then concat_ws('|', 'c', e.card_token, e.merchant_id, e.amount_minor, e.currency)
                      else 'e|' || e.event_id end as intent
          from payscope.event e
          where e.bank_id = %(bank_id)s and e.known_to = 'infinity'
            and e.event_type = 'AUTH' and e.exclusion is null
            and e.occurred_at >= %(since)s::timestamptz - interval '24 hours'
            and e.occurred_at < %(until)s::timestamptz + interval '24 hours') a
    window w as (partition by a.intent order by a.occurred_at, a.event_id)
), kept as (
    select (e.occurred_at at time zone %(timezone)s)::date as occurred_on, e.booked_on, e.event_type,
           coalesce(e.subtype, '') as subtype, e.source, coalesce(e.exclusion, '') as exclusion, e.approved,
           t.is_first, t.intent_approved, d.delay_days, coalesce(e.network, '') as network, coalesce(e.channel, '') as channel,
           coalesce(e.merchant_id, '') as merchant_id, coalesce(e.mcc, '') as mcc,
           coalesce(e.country, '') as country, coalesce(e.issuer_country, '') as issuer_country,
           coalesce(e.bin, '') as bin, to_char(e.occurred_at at time zone %(timezone)s, 'HH24') as hour,
           coalesce(e.entry_mode, '') as entry_mode, coalesce(e.three_ds, '') as three_ds,
           coalesce(case when coalesce(e.card_present, e.channel in ('POS', 'ATM')) then 'PRESENT'
                         when not coalesce(e.card_present, e.channel in ('POS', 'ATM')) then 'NOT_PRESENT' end,
                    '') as card_present,
           coalesce(e.response_code, '') as response_code, coalesce(e.decline_family, '') as decline_family,
           coalesce(e.reason_code, '') as reason_code, e.currency,
           case when e.settlement_minor is null then '' else coalesce(e.settlement_currency, e.currency) end
               as settlement_currency,
           e.amount_minor, e.settlement_minor, e.fee_minor, e.interchange_minor, e.scheme_fee_minor, e.markup_minor,
           uuid_hash_extended(e.event_id, e.revision) as row_hash
    from payscope.event e
    left join attempt t on t.event_id = e.event_id and t.revision = e.revision
    left join settled_delay d on d.event_id = e.event_id and d.revision = e.revision
    where e.bank_id = %(bank_id)s and e.known_to = 'infinity'
      and e.occurred_at >= %(since)s and e.occurred_at < %(until)s
      and (e.occurred_at at time zone %(timezone)s)::date = any(%(days)s::date[])
)
insert into payscope.event_cube_daily (
    bank_id, cube, occurred_on, booked_on, event_type, subtype, source, exclusion, approved, is_first,
    intent_approved, delay_days, currency, settlement_currency, network, channel, merchant_id, mcc, country, issuer_country,
    bin, hour, entry_mode, three_ds, card_present, response_code, decline_family, reason_code, row_count,
    amount_minor, absolute_minor, settlement_minor, fee_minor, interchange_minor, scheme_fee_minor, markup_minor,
    row_xor, rolled_up_at)
select %(bank_id)s,
       case when grouping(k.merchant_id) = 0 then 'merchant' when grouping(k.bin) = 0 then 'issuer'
            when grouping(k.hour) = 0 then 'hour' else 'entry' end,
       k.occurred_on, k.booked_on, k.event_type, k.subtype, k.source, k.exclusion, k.approved, k.is_first,
       k.intent_approved, k.delay_days, k.currency, k.settlement_currency, k.network, k.channel,
       coalesce(k.merchant_id, ''), coalesce(k.mcc, ''), coalesce(k.country, ''), coalesce(k.issuer_country, ''),
       coalesce(k.bin, ''), coalesce(k.hour, ''), coalesce(k.entry_mode, ''), coalesce(k.three_ds, ''),
       coalesce(k.card_present, ''), coalesce(k.response_code, ''), coalesce(k.decline_family, ''),
       coalesce(k.reason_code, ''),
       count(*), sum(k.amount_minor), sum(abs(k.amount_minor)), coalesce(sum(k.settlement_minor), 0), coalesce(sum(k.fee_minor), 0),
       coalesce(sum(k.interchange_minor), 0), coalesce(sum(k.scheme_fee_minor), 0), coalesce(sum(k.markup_minor), 0),
       bit_xor(k.row_hash), %(now)s
from kept k
group by k.occurred_on, k.booked_on, k.event_type, k.subtype, k.source, k.exclusion, k.approved, k.is_first,
         k.intent_approved, k.delay_days, k.currency, k.settlement_currency, k.network, k.channel,
         grouping sets (
             (k.merchant_id, k.mcc, k.country, k.issuer_country, k.card_present, k.reason_code),
             (k.bin, k.issuer_country, k.response_code, k.decline_family),
             (k.hour, k.response_code, k.decline_family),
             (k.entry_mode, k.three_ds, k.card_present, k.decline_family, k.reason_code))
