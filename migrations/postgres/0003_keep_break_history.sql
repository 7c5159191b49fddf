-- The account of every break: each state that it came into, kept by the table itself so that no
-- writer can forget it. Append-only for the application.

create table payscope.break_change (
    bank_id      uuid not null,
    break_id     uuid not null,
    change_no    integer not null,
    changed_at   timestamptz not null,
    state        text not null,
    currency     text not null,
    amount_minor bigint not null,
    cleared_at   timestamptz,
    primary key (bank_id, break_id, change_no),
    foreign key (bank_id, break_id) references payscope.break
);

-- By statement, not by row: a report can open a hundred thousand breaks in one insert.
create function payscope.keep_opened_breaks() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into payscope.break_change
        (bank_id, break_id, change_no, changed_at, state, currency, amount_minor, cleared_at)
    select n.bank_id, n.break_id, 1, n.opened_at, n.state, n.currency, n.amount_minor, n.cleared_at
    from opened n;
    return null;
end
$$;

create function payscope.keep_changed_breaks() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into payscope.break_change
        (bank_id, break_id, change_no, changed_at, state, currency, amount_minor, cleared_at)
    select n.bank_id, n.break_id,
           1 + (select coalesce(max(c.change_no), 0) from payscope.break_change c
                where c.bank_id = n.bank_id and c.break_id = n.break_id),
           coalesce(n.cleared_at, now()), n.state, n.currency, n.amount_minor, n.cleared_at
    from rows_after n
    join rows_before o on o.bank_id = n.bank_id and o.break_id = n.break_id
    where (o.state, o.currency, o.amount_minor, o.cleared_at)
          is distinct from (n.state, n.currency, n.amount_minor, n.cleared_at);
    return null;
end
$$;

create trigger keep_opened after insert on payscope.break
    referencing new table as opened for each statement execute function payscope.keep_opened_breaks();
create trigger keep_changed after update on payscope.break
    referencing old table as rows_before new table as rows_after
    for each statement execute function payscope.keep_changed_breaks();

-- The breaks of today begin their account with the state that they are in. Forced security would
-- show the owner none of them.
alter table payscope.break no force row level security;
insert into payscope.break_change
    (bank_id, break_id, change_no, changed_at, state, currency, amount_minor, cleared_at)
select bank_id, break_id, 1, coalesce(cleared_at, opened_at), state, currency, amount_minor, cleared_at
from payscope.break;
alter table payscope.break force row level security;

alter table payscope.break_change enable row level security;
alter table payscope.break_change force row level security;
create policy own_bank on payscope.break_change
    using (bank_id = (select payscope.current_bank_id()))
    with check (bank_id = (select payscope.current_bank_id()));
grant select, insert on payscope.break_change to payscope_app;
