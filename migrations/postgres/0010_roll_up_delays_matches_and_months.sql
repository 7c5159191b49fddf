-- Roll-ups that stay small however many payments there are: narrow cubes beside the wide ones, delays and the
-- state of matching, and whole months. A bank's roll-ups from before have to be built anew: they are of another
-- layout, which readers tell by its number in the watermark.

alter table payscope.event_cube_daily
    drop constraint event_cube_daily_cube_check,
    add constraint event_cube_daily_cube_check check (cube in (
        'network', 'shop', 'bin', 'merchant', 'issuer', 'hour', 'entry', 'report', 'match', 'match_shop',
        'match_report')),
    -- Business days from the clearing to the settlement; null where the event is no settled sale with a clearing.
    add column delay_days integer,
    add column absolute_minor numeric not null default 0,
    add column match_state text not null default '',
    add column report_id text not null default '';

-- Most metrics count on the booking day, on which the first indexes did not look.
create index event_cube_daily_by_booking on payscope.event_cube_daily (bank_id, cube, booked_on, event_type);
create index event_daily_by_booking on payscope.event_daily (bank_id, booked_on, event_type);
create index event_cube_daily_by_merchant on payscope.event_cube_daily (bank_id, merchant_id, booked_on)
    where cube = 'shop';

-- The same cubes by whole months, occurred_on and booked_on being their first days; 'code' is event_daily.
-- No report ids: a month of them is no smaller than its days.
create table payscope.event_cube_monthly (
    like payscope.event_cube_daily including defaults,
    foreign key (bank_id) references payscope.bank
);
alter table payscope.event_cube_monthly
    add constraint event_cube_monthly_cube_check check (cube in (
        'network', 'shop', 'bin', 'merchant', 'issuer', 'hour', 'entry', 'report', 'match', 'match_shop',
        'match_report', 'code'));
create index event_cube_monthly_by_month on payscope.event_cube_monthly (bank_id, cube, occurred_on, event_type);
create index event_cube_monthly_by_booking on payscope.event_cube_monthly (bank_id, cube, booked_on, event_type);
create index event_cube_monthly_by_merchant on payscope.event_cube_monthly (bank_id, merchant_id, booked_on)
    where cube = 'shop';

-- Days whose matching changed after they were rolled up. Reconciliation notes them with what it writes, so that
-- a match rate is read from its roll-up only while there are none.
create table payscope.match_day_due (
    bank_id  uuid not null references payscope.bank,
    day_on   date not null,
    noted_at timestamptz not null
);
create index match_day_due_by_day on payscope.match_day_due (bank_id, day_on);

create index break_by_day on payscope.break (bank_id, expected_on);

do $$
declare
    t text;
begin
    foreach t in array array['payscope.event_cube_monthly', 'payscope.match_day_due']
    loop
        execute format('alter table %s enable row level security', t);
        execute format('alter table %s force row level security', t);
        execute format('create policy own_bank on %s using (bank_id = (select payscope.current_bank_id())) '
            'with check (bank_id = (select payscope.current_bank_id()))', t);
        execute format('grant select, insert, update, delete on %s to payscope_app', t);
    end loop;
end
$$;
