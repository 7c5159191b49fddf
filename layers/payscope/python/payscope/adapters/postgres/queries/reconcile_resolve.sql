-- purpose: where each loose event belongs by its keys, in their order; more than one place is none.
-- parameters: none.
-- grain: temporary table resolved, one row per loose event: own_key names it where it belongs to no lifecycle id,
--        candidates counts the lifecycle ids that its best key leads to.
--
-- An ARN that leads to several lifecycle ids decides by the amount. Events that share their own key go together:
-- a settlement line follows the clearing with its ARN that was found by card and approval code.
create temp table resolved on commit drop as
with
reference as (
    select source, processor_ref, min(arn) as arn
    from loose where arn ~ '^[0-9]{23}$' and processor_ref is not null
    group by source, processor_ref having min(arn) = max(arn)
),
keyed as (
    select l.event_id,
           case when l.arn ~ '^[0-9]{23}$' then 'arn:' || l.arn
                when r.arn is not null then 'arn:' || r.arn
                when l.processor_ref is not null then l.source || ':' || l.processor_ref
                else 'event:' || l.event_id end as own_key
    from loose l left join reference r on r.source = l.source and r.processor_ref = l.processor_ref
),
best as (
    select k.event_id, k.rank, count(*) as candidates,
           case when count(*) = 1 then min(k.lifecycle_id)
                when count(*) filter (where k.is_same_amount) = 1
                    then min(k.lifecycle_id) filter (where k.is_same_amount) end as lifecycle_id
    from link k
    where k.rank = (select min(b.rank) from link b where b.event_id = k.event_id)
    group by k.event_id, k.rank
),
together as (
    select d.own_key, min(b.lifecycle_id) as lifecycle_id
    from keyed d join best b on b.event_id = d.event_id
    group by d.own_key having min(b.lifecycle_id) = max(b.lifecycle_id) and bool_and(b.lifecycle_id is not null)
)
select d.event_id, d.own_key, coalesce(b.lifecycle_id, t.lifecycle_id) as lifecycle_id,
       case when b.lifecycle_id is not null then b.rank
            when d.own_key like 'arn:%%' then 2
            when d.own_key like 'event:%%' then 6
            else 3 end as rank,
       coalesce(b.candidates, 0)::integer as candidates
from keyed d
left join best b on b.event_id = d.event_id
left join together t on t.own_key = d.own_key and b.event_id is null
