-- The canonical schema: every fact of every bank, under forced row-level security.
--
-- Conventions that the catalogue tests enforce on every table of schema payscope:
--   * it has bank_id uuid not null, and every unique key and foreign key leads with it;
--   * row-level security is enabled and forced, with one policy on current_bank_id();
--   * it is owned by payscope_owner; payscope_app owns nothing and may not bypass policies.
-- A function that runs as the owner has search_path "pg_catalog, pg_temp": without pg_temp named
-- last, PostgreSQL looks for types in the caller's temporary schema first, and a domain planted
-- there would run the caller's code as the owner.
-- Money is a signed bigint of minor units with its ISO 4217 code beside it.

create schema payscope;
create schema if not exists payscope_private;
alter default privileges for role payscope_owner revoke execute on functions from public;

-- The signing keys of tenant contexts, as the two HMAC pads (RFC 2104) so that the check
-- below needs nothing but sha256(). Only the owner can read them.
create table payscope_private.context_key (
    key_id     smallint primary key,
    inner_pad  bytea not null check (length(inner_pad) = 64),
    outer_pad  bytea not null check (length(outer_pad) = 64),
    created_at timestamptz not null default now()
);

-- The bank of the running transaction, from the signed setting payscope.context
-- ("bank_id|expires epoch|key_id|hex HMAC-SHA256 of the first three").
-- No context: null, so policies show no rows. A forged or expired context: an error.
create function payscope.current_bank_id() returns uuid
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    raw   text := current_setting('payscope.context', true);
    parts text[];
    pads  payscope_private.context_key;
    mac   bytea;
begin
    if raw is null or raw = '' then
        return null;
    end if;
    parts := string_to_array(raw, '|');
    if array_length(parts, 1) is distinct from 4
       or parts[2] !~ '^[0-9]{1,12}$' or parts[3] !~ '^[0-9]{1,4}$' then
        raise exception 'tenant context is malformed' using errcode = '28000';
    end if;
    select * into pads from payscope_private.context_key where key_id = parts[3]::smallint;
    if not found then
        raise exception 'tenant context not signed' using errcode = '28000';
    end if;
    mac := sha256(pads.outer_pad || sha256(pads.inner_pad
        || convert_to(parts[1] || '|' || parts[2] || '|' || parts[3], 'UTF8')));
    if encode(mac, 'hex') <> parts[4] then
        raise exception 'tenant context not signed' using errcode = '28000';
    end if;
    if parts[2]::bigint < extract(epoch from clock_timestamp()) then
        raise exception 'tenant context has expired' using errcode = '25P04';
    end if;
    return parts[1]::uuid;
end
$$;

create table payscope.bank (
    bank_id    uuid primary key,
    name       text not null,
    timezone   text not null default 'UTC',
    currency   text not null default 'EUR' check (currency ~ '^[A-Z]{3}$'),
    created_at timestamptz not null default now()
);

-- The version that this schema has reached, for readiness checks.
create function payscope.schema_version() returns integer
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return (select max(version) from payscope_private.schema_migration);
end
$$;

-- Ids only, for the pipelines that walk all tenants (maintenance, schedules). Data of a bank
-- is still reached only inside that bank's own signed context.
create function payscope.bank_ids() returns setof uuid
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$ select bank_id from payscope.bank order by bank_id $$;

-- One row per delivered object version; report_id is derived from bank, key and version.
create table payscope.report (
    bank_id          uuid not null references payscope.bank,
    report_id        uuid not null,
    file_name        text not null,
    object_key       text not null,
    object_version   text not null,
    byte_size        bigint,
    content_sha256   text,
    status           text not null check (status in (
        'RECEIVED', 'PARSING', 'NEEDS_MAPPING', 'LOADING', 'RECONCILING', 'INDEXING',
        'COMPLETE', 'REJECTED', 'FAILED', 'DUPLICATE')),
    reason           text,
    duplicate_of     uuid,
    revision_of      uuid,
    revision         integer not null default 1,
    format           text,
    profile          text,
    source           text,
    rows_read        bigint not null default 0,
    rows_loaded      bigint not null default 0,
    rows_quarantined bigint not null default 0,
    rows_duplicate   bigint not null default 0,
    rows_informative bigint not null default 0,
    first_at         timestamptz,
    last_at          timestamptz,
    drift            jsonb not null default '[]',
    execution_arn    text,
    received_at      timestamptz not null,
    finished_at      timestamptz,
    primary key (bank_id, report_id)
);
create index report_by_content on payscope.report (bank_id, content_sha256);
create index report_by_key on payscope.report (bank_id, object_key, revision);
create index report_by_time on payscope.report (bank_id, received_at desc, report_id);

-- One row per chunk of a report that has been loaded: the idempotency record of the load step.
create table payscope.report_chunk (
    bank_id          uuid not null,
    report_id        uuid not null,
    chunk            integer not null,
    object_key       text not null,
    first_row        bigint not null,
    rows_read        bigint not null,
    rows_loaded      bigint not null default 0,
    rows_quarantined bigint not null default 0,
    rows_duplicate   bigint not null default 0,
    rows_informative bigint not null default 0,
    loaded_at        timestamptz,
    primary key (bank_id, report_id, chunk),
    foreign key (bank_id, report_id) references payscope.report
);

-- A figure the file states about itself beside the one computed from its rows.
-- agrees is null when the two cannot be compared ("cannot check").
create table payscope.control_total (
    bank_id   uuid not null,
    report_id uuid not null,
    name      text not null,
    currency  text not null default '',
    stated    numeric,
    computed  numeric,
    agrees    boolean,
    primary key (bank_id, report_id, name, currency),
    foreign key (bank_id, report_id) references payscope.report
);

-- One row per quarantined input row (row_number 0: the file as a whole).
create table payscope.problem (
    bank_id     uuid not null,
    report_id   uuid not null,
    row_number  bigint not null,
    field       text not null default '',
    code        text not null,
    message     text not null,
    raw         jsonb,
    recorded_at timestamptz not null default now(),
    primary key (bank_id, report_id, row_number, field, code),
    foreign key (bank_id, report_id) references payscope.report
);

-- A bank's own mapping of a layout (versioned); proposals wait with status PROPOSED.
create table payscope.mapping (
    bank_id     uuid not null references payscope.bank,
    mapping_id  uuid not null,
    name        text not null,
    version     integer not null,
    status      text not null check (status in ('PROPOSED', 'APPROVED', 'REFUSED')),
    report_id   uuid not null,
    fingerprint text not null,
    profile     jsonb not null,
    evidence    jsonb not null,
    confidence  numeric not null,
    proposed_at timestamptz not null,
    decided_at  timestamptz,
    decided_by  text,
    primary key (bank_id, mapping_id),
    unique (bank_id, name, version)
);

create table payscope.merchant (
    bank_id       uuid not null references payscope.bank,
    merchant_id   text not null,
    name          text not null,
    merchant_group text,
    mcc           text,
    country       text,
    primary key (bank_id, merchant_id)
);

create table payscope.issuer (
    bank_id   uuid not null references payscope.bank,
    bin       text not null,
    issuer_id text not null,
    name      text not null,
    country   text,
    product   text,
    primary key (bank_id, bin)
);

create table payscope.card (
    bank_id    uuid not null references payscope.bank,
    card_token text not null,
    bin        text,
    last4      text,
    primary key (bank_id, card_token)
);

-- One row per revision of a canonical payment event.
-- event_id is md5 of the natural key (bank_id, source, event_type, source_ref, sequence);
-- content_hash is md5 of every canonical column, so an equal row is a duplicate and a
-- different one a revision. The first revision is known from -infinity: asking as of a day
-- before an amendment shows what was first reported.
-- Signs: money towards the merchant is positive (sales, representments, credits), money away
-- from it negative (refunds, chargebacks, fees, payouts, reversals).
create table payscope.event (
    bank_id             uuid not null,
    event_id            uuid not null,
    revision            integer not null default 1,
    content_hash        uuid not null,
    known_from          timestamptz not null default '-infinity',
    known_to            timestamptz not null default 'infinity',
    source              text not null,
    event_type          text not null check (event_type in (
        'AUTH', 'AUTH_REVERSAL', 'CLEARING', 'REFUND', 'SETTLEMENT', 'FEE', 'DISPUTE',
        'FRAUD_REPORT', 'BANK_ENTRY', 'ADJUSTMENT')),
    subtype             text,
    source_ref          text not null,
    sequence            integer not null default 0,
    occurred_at         timestamptz not null,
    booked_on           date not null,
    amount_minor        bigint not null,
    currency            text not null,
    settlement_minor    bigint,
    settlement_currency text,
    billing_minor       bigint,
    billing_currency    text,
    fx_rate             numeric,
    fee_minor           bigint,
    interchange_minor   bigint,
    scheme_fee_minor    bigint,
    markup_minor        bigint,
    merchant_id         text,
    mcc                 text,
    network             text,
    bin                 text,
    card_token          text,
    country             text,
    issuer_country      text,
    channel             text,
    entry_mode          text,
    card_present        boolean,
    three_ds            text,
    response_code       text,
    decline_family      text,
    approved            boolean,
    exclusion           text,
    approval_code       text,
    lifecycle_id        text,
    arn                 text,
    processor_ref       text,
    order_ref           text,
    batch_ref           text,
    reason_code         text,
    report_id           uuid not null,
    row_number          bigint not null,
    primary key (bank_id, event_id, revision, occurred_at)
) partition by range (occurred_at);
-- Few indexes on purpose: inserting into them is what bounds the load.
create index event_by_report on payscope.event (bank_id, report_id, row_number);
create index event_by_lifecycle on payscope.event (bank_id, lifecycle_id) where lifecycle_id is not null;
create index event_by_arn on payscope.event (bank_id, arn) where arn is not null;
-- Payouts and the bank credits that they became.
create index event_by_batch on payscope.event (bank_id, batch_ref)
    where event_type in ('ADJUSTMENT', 'BANK_ENTRY') and batch_ref is not null;
create index event_by_processor_ref on payscope.event (bank_id, processor_ref) where processor_ref is not null;

-- Fewest possible partitions by default; ensure_partitions() keeps months made ahead.
create table payscope.event_default partition of payscope.event default;

-- One row per (day on each clock, event attributes): the roll-up that most questions read.
-- row_xor is bit_xor(uuid_hash_extended(event_id, revision)) over the rows, so the row hash of
-- an answer is the same from the roll-up as from the rows.
create table payscope.event_daily (
    bank_id             uuid not null references payscope.bank,
    occurred_on         date not null,
    booked_on           date not null,
    event_type          text not null,
    subtype             text not null default '',
    source              text not null,
    network             text not null default '',
    merchant_id         text not null default '',
    mcc                 text not null default '',
    country             text not null default '',
    channel             text not null default '',
    response_code       text not null default '',
    decline_family      text not null default '',
    exclusion           text not null default '',
    approved            boolean,
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
create index event_daily_by_day on payscope.event_daily (bank_id, occurred_on, event_type);

-- One row per reconciliation decision between events of one payment.
create table payscope.match (
    bank_id    uuid not null references payscope.bank,
    match_id   uuid not null,
    rule       text not null,
    state      text not null check (state in (
        'EXPECTED', 'MATCHED', 'MATCHED_TOLERANCE', 'GROUPED', 'MISMATCHED', 'UNMATCHED',
        'DUPLICATE', 'WRITTEN_OFF', 'REOPENED')),
    score      numeric not null,
    evidence   jsonb not null,
    matched_at timestamptz not null,
    primary key (bank_id, match_id)
);
create index match_waiting on payscope.match (bank_id) where evidence ? 'waits';
create table payscope.match_event (
    bank_id  uuid not null,
    match_id uuid not null,
    event_id uuid not null,
    stage    text not null,
    primary key (bank_id, match_id, event_id),
    foreign key (bank_id, match_id) references payscope.match on delete cascade
);
create index match_event_by_event on payscope.match_event (bank_id, event_id);

create table payscope.break (
    bank_id          uuid not null references payscope.bank,
    break_id         uuid not null,
    event_id         uuid,
    report_id        uuid,
    match_id         uuid,
    reason           text not null,
    state            text not null check (state in (
        'EXPECTED', 'MATCHED', 'MATCHED_TOLERANCE', 'GROUPED', 'MISMATCHED', 'UNMATCHED',
        'DUPLICATE', 'WRITTEN_OFF', 'REOPENED')),
    currency         text not null,
    amount_minor     bigint not null,
    expected_on      date not null,
    merchant_id      text,
    network          text,
    evidence         jsonb not null,
    opened_at        timestamptz not null,
    cleared_at       timestamptz,
    owner            text,
    primary key (bank_id, break_id)
);
create index break_open on payscope.break (bank_id, reason, expected_on) where cleared_at is null;
create index break_by_event on payscope.break (bank_id, event_id);

-- Proposals and decisions about a break; append-only, a write-off needs two people.
create table payscope.break_resolution (
    bank_id       uuid not null,
    break_id      uuid not null,
    resolution_id uuid not null,
    action        text not null check (action in ('ASSIGN', 'WRITE_OFF_PROPOSED', 'WRITE_OFF_APPROVED', 'REOPEN', 'NOTE')),
    note          text not null,
    actor         text not null,
    acted_at      timestamptz not null,
    primary key (bank_id, break_id, resolution_id),
    foreign key (bank_id, break_id) references payscope.break
);

-- One row per number that was ever answered: enough to compute and to drill it again.
create table payscope.receipt (
    bank_id     uuid not null references payscope.bank,
    value_id    uuid not null,
    query_id    uuid not null,
    metric      text not null,
    version     integer not null,
    plan        jsonb not null,
    row_count   bigint not null,
    row_hash    text not null,
    value       text,
    as_of       timestamptz not null,
    answered_at timestamptz not null,
    primary key (bank_id, value_id)
);

create table payscope.conversation (
    bank_id    uuid not null references payscope.bank,
    thread_id  uuid not null,
    subject    text not null,
    turn       integer not null,
    query      text not null,
    plan       jsonb,
    status     text not null,
    asked_at   timestamptz not null,
    expires_at timestamptz not null,
    primary key (bank_id, thread_id, turn)
);
create index conversation_by_expiry on payscope.conversation (bank_id, expires_at);

create table payscope.anomaly (
    bank_id      uuid not null references payscope.bank,
    anomaly_id   uuid not null,
    metric       text not null,
    version      integer not null,
    dimensions   jsonb not null,
    period_on    date not null,
    value        numeric not null,
    expected     numeric not null,
    lower        numeric not null,
    upper        numeric not null,
    score        numeric not null,
    contributors jsonb not null,
    detected_at  timestamptz not null,
    primary key (bank_id, anomaly_id)
);
create index anomaly_by_day on payscope.anomaly (bank_id, period_on desc);

create table payscope.forecast (
    bank_id      uuid not null references payscope.bank,
    forecast_id  uuid not null,
    metric       text not null,
    dimensions   jsonb not null,
    currency     text,
    model        text not null,
    trained_from date not null,
    trained_to   date not null,
    data_hash    text not null,
    backtest     jsonb not null,
    created_at   timestamptz not null,
    primary key (bank_id, forecast_id)
);
create table payscope.forecast_point (
    bank_id     uuid not null,
    forecast_id uuid not null,
    day_on      date not null,
    value       numeric not null,
    lower       numeric not null,
    upper       numeric not null,
    primary key (bank_id, forecast_id, day_on),
    foreign key (bank_id, forecast_id) references payscope.forecast on delete cascade
);

create table payscope.risk_score (
    bank_id     uuid not null references payscope.bank,
    kind        text not null check (kind in ('MERCHANT', 'CARD')),
    entity_id   text not null,
    run_id      uuid not null,
    score       numeric not null,
    rank        integer not null,
    evidence    jsonb not null,
    model       text not null,
    evaluation  jsonb not null,
    scored_at   timestamptz not null,
    primary key (bank_id, kind, run_id, entity_id)
);

-- Events to publish on the bus, written in the transaction that caused them.
create table payscope.outbox (
    bank_id      uuid not null references payscope.bank,
    outbox_id    uuid not null,
    detail_type  text not null,
    detail       jsonb not null,
    created_at   timestamptz not null,
    published_at timestamptz,
    primary key (bank_id, outbox_id)
);
create index outbox_unpublished on payscope.outbox (bank_id, created_at) where published_at is null;

-- The bank's own tamper-evident log: entry_hash = sha256(previous_hash || canonical JSON).
create table payscope.audit_event (
    bank_id       uuid not null references payscope.bank,
    sequence      bigint not null,
    event_id      uuid not null,
    occurred_at   timestamptz not null,
    actor         text not null,
    action        text not null,
    resource      text not null,
    outcome       text not null,
    request_id    text not null,
    detail        jsonb not null,
    canonical     text not null,
    previous_hash text not null,
    entry_hash    text not null,
    primary key (bank_id, sequence),
    unique (bank_id, event_id)
);

create table payscope.idempotency_key (
    bank_id      uuid not null references payscope.bank,
    key          text not null,
    principal    text not null,
    route        text not null,
    request_hash text not null,
    status_code  integer,
    response     jsonb,
    created_at   timestamptz not null,
    primary key (bank_id, principal, route, key)
);

-- Which version of each derived store a bank's rows have reached.
create table payscope.watermark (
    bank_id    uuid not null references payscope.bank,
    name       text not null,
    reached_at timestamptz not null,
    detail     jsonb not null default '{}',
    primary key (bank_id, name)
);

-- Monthly partitions of payscope.event, made ahead of need. A month whose rows already lie in
-- the default partition keeps them there (false). The partition is built aside and attached, which
-- does not block the parent's readers and writers; call it in a transaction of its own.
create function payscope.ensure_event_partition(month date) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    first_on date := date_trunc('month', month)::date;
    part     text := format('event_%s', to_char(first_on, 'YYYYMM'));
begin
    if first_on < date '1990-01-01' or first_on > (now() + interval '24 months')::date
       or to_regclass('payscope.' || part) is not null then
        return false;
    end if;
    perform pg_advisory_xact_lock(hashtext('payscope.event partitions'));
    if to_regclass('payscope.' || part) is not null then
        return false;
    end if;
    execute format('create table payscope.%I (like payscope.event including defaults including constraints)', part);
    execute format('alter table payscope.%I enable row level security', part);
    execute format('alter table payscope.%I force row level security', part);
    execute format('create policy own_bank on payscope.%I using (bank_id = (select payscope.current_bank_id())) '
        'with check (bank_id = (select payscope.current_bank_id()))', part);
    execute format('alter table payscope.event attach partition payscope.%I for values from (%L) to (%L)',
        part, first_on::timestamp at time zone 'UTC',
        (first_on + interval '1 month')::timestamp at time zone 'UTC');
    return true;
exception
    when check_violation then
        return false;
end
$$;

-- How many months of events are kept: set by the owner, null keeps all. The application can
-- carry the policy out but not change it.
create table payscope_private.retention (
    only_row     boolean primary key default true check (only_row),
    event_months integer check (event_months >= 14)
);
insert into payscope_private.retention default values;

-- Drops the monthly partitions that lie wholly behind the retention; gives their names.
create function payscope.drop_expired_event_partitions() returns setof text
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    keep_from date;
    part      name;
begin
    select date_trunc('month', now() at time zone 'UTC')::date - make_interval(months => event_months)
      into keep_from from payscope_private.retention;
    for part in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
         where i.inhparent = to_regclass('payscope.event') and c.relname ~ '^event_[0-9]{6}$'
           and to_date(substr(c.relname, 7), 'YYYYMM') < keep_from
         order by c.relname
    loop
        execute format('drop table payscope.%I', part);
        return next part;
    end loop;
end
$$;

-- Row-level security on every table at once; a new table gets the same two lines in its own
-- migration, and the catalogue tests fail without them.
do $$
declare
    t record;
begin
    for t in select c.oid::regclass as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'payscope' and c.relkind in ('r', 'p')
    loop
        execute format('alter table %s enable row level security', t.name);
        execute format('alter table %s force row level security', t.name);
        execute format('create policy own_bank on %s using (bank_id = (select payscope.current_bank_id())) '
            'with check (bank_id = (select payscope.current_bank_id()))', t.name);
    end loop;
end
$$;

-- Forced security binds the owner too; bank_ids() runs as the owner and needs the id list.
create policy owner_lists on payscope.bank for select to payscope_owner using (true);

revoke all on all functions in schema payscope from public;
revoke all on schema payscope_private from public;
grant usage on schema payscope to payscope_app;
grant execute on function payscope.current_bank_id(), payscope.bank_ids(), payscope.schema_version(),
    payscope.ensure_event_partition(date), payscope.drop_expired_event_partitions()
    to payscope_app;
grant select, insert, update, delete on
    payscope.report, payscope.report_chunk, payscope.control_total, payscope.problem, payscope.mapping,
    payscope.merchant, payscope.issuer, payscope.card, payscope.event_daily, payscope.match,
    payscope.match_event, payscope.conversation, payscope.anomaly, payscope.forecast,
    payscope.forecast_point, payscope.risk_score, payscope.outbox, payscope.idempotency_key,
    payscope.watermark
    to payscope_app;
-- Facts and breaks are never deleted, logs and receipts never changed.
grant select, insert, update on payscope.bank, payscope.event, payscope.break to payscope_app;
grant select, insert on payscope.receipt, payscope.audit_event, payscope.break_resolution to payscope_app;
