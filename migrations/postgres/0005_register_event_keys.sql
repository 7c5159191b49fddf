-- Where each event stands now, whichever month an amendment moved it to, and who said so last.
--
-- payscope.event is partitioned by time, so its key cannot hold an event once across all months: two
-- revisions that lie in different months would both be current, and two loads that bring a new event
-- at different instants would not meet. This key is one per event. A load takes the keys of its new
-- events and locks those of known ones before it writes a revision.
create table payscope.event_key (
    bank_id     uuid not null references payscope.bank,
    event_id    uuid not null,
    revision    integer not null,     -- the newest, current or not
    occurred_at timestamptz not null, -- of the current revision: the month to look into
    told_by     uuid not null,        -- the report that last said what is current
    primary key (bank_id, event_id)
);

-- The order in which a bank wrote its files, which is not always the order in which they arrive: UTC
-- instant of writing, then the store's own sequence of that key's versions, compared as text.
alter table payscope.report add column write_order text collate "C" not null default '';

-- Forced security binds the owner too, who has to read and write the rows of all banks here once.
alter table payscope.event no force row level security;
alter table payscope.report no force row level security;
update payscope.report set write_order = to_char(received_at at time zone 'UTC', 'YYYYMMDD"T"HH24MISS.US');
insert into payscope.event_key (bank_id, event_id, revision, occurred_at, told_by)
select bank_id, event_id, max(revision),
       (array_agg(occurred_at order by known_to = 'infinity' and known_from < known_to desc, revision desc))[1],
       (array_agg(report_id order by known_to = 'infinity' and known_from < known_to desc, revision desc))[1]
from payscope.event
group by bank_id, event_id;
alter table payscope.event force row level security;
alter table payscope.report force row level security;

alter table payscope.event_key enable row level security;
alter table payscope.event_key force row level security;
create policy own_bank on payscope.event_key using (bank_id = (select payscope.current_bank_id()))
    with check (bank_id = (select payscope.current_bank_id()));
grant select, insert, update, delete on payscope.event_key to payscope_app;
