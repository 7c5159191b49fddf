-- purpose: what a refresh has to remember: which sources report which event types on which days, and the
--          newest amendment.
-- parameters: bank_id uuid, since timestamptz, until timestamptz.
-- grain: one row per event type and source with events in the span: booking days, and the newest known_from that
--        is no first report's.
select e.event_type, e.source, array_agg(distinct e.booked_on),
       max(e.known_from) filter (where e.known_from > '-infinity')
from payscope.event e
where e.bank_id = %(bank_id)s and e.occurred_at >= %(since)s and e.occurred_at < %(until)s
group by e.event_type, e.source
