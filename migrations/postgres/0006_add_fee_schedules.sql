-- A bank's own interchange tariff, and the crossings of the schemes' programmes that were announced.

-- One row a version; the newest is in force, its rules carry their own dates.
create table payscope.fee_schedule (
    bank_id  uuid not null references payscope.bank,
    version  integer not null,
    document jsonb not null,
    added_by text not null,
    added_at timestamptz not null,
    primary key (bank_id, version)
);

-- One row per programme, merchant ('' is the bank itself), month and level that was reached in it:
-- what was announced once is not announced again.
create table payscope.programme_crossing (
    bank_id     uuid not null references payscope.bank,
    programme   text not null,
    merchant_id text not null,
    month_on    date not null,
    level       text not null,
    numerator   bigint not null,
    denominator bigint not null,
    crossed_at  timestamptz not null,
    primary key (bank_id, programme, merchant_id, month_on, level)
);

do $$
declare
    name text;
begin
    foreach name in array array['fee_schedule', 'programme_crossing'] loop
        execute format('alter table payscope.%I enable row level security', name);
        execute format('alter table payscope.%I force row level security', name);
        execute format('create policy own_bank on payscope.%I using (bank_id = (select payscope.current_bank_id())) '
            'with check (bank_id = (select payscope.current_bank_id()))', name);
    end loop;
end
$$;
grant select, insert on payscope.fee_schedule, payscope.programme_crossing to payscope_app;
