-- Roll-ups by what event_daily leaves out: issuer, hour, how the card was read, corridor, and the place of
-- an authorisation in its intent. One table of several cubes: a column that its cube lacks is ''.

create table payscope.event_cube_daily (
    bank_id             uuid not null references payscope.bank,
    cube                text not null check (cube in ('merchant', 'issuer', 'hour', 'entry')),
    occurred_on         date not null,
    booked_on           date not null,
    event_type          text not null,
    subtype             text not null default '',
    source              text not null,
    exclusion           text not null default '',
    approved            boolean,
    is_first            boolean,
    intent_approved     boolean,
    network             text not null default '',
    channel             text not null default '',
    merchant_id         text not null default '',
    mcc                 text not null default '',
    country             text not null default '',
    issuer_country      text not null default '',
    bin                 text not null default '',
    hour                text not null default '',
    entry_mode          text not null default '',
    three_ds            text not null default '',
    card_present        text not null default '',
    response_code       text not null default '',
    decline_family      text not null default '',
    reason_code         text not null default '',
    currency            text not null,
    settlement_currency text not null default '',
    row_count           bigint not null,
    amount_minor        numeric not null,
    settlement_minor    numeric not null,
    fee_minor           numeric not null,
    interchange_minor   numeric not null,
    scheme_fee_minor    numeric not null,
    markup_minor        numeric not null,
    row_xor             bigint not null,
    rolled_up_at        timestamptz not null default now()
);
create index event_cube_daily_by_day on payscope.event_cube_daily (bank_id, cube, occurred_on, event_type);

alter table payscope.event_cube_daily enable row level security;
alter table payscope.event_cube_daily force row level security;
create policy own_bank on payscope.event_cube_daily using (bank_id = (select payscope.current_bank_id()))
    with check (bank_id = (select payscope.current_bank_id()));
grant select, insert, update, delete on payscope.event_cube_daily to payscope_app;

-- A bank whose year starts in April says "fiscal Q1" of other days than its neighbour.
alter table payscope.bank add column fiscal_year_start smallint not null default 1
    check (fiscal_year_start between 1 and 12);
