-- What the vector index holds of each bank: the text and its fingerprint, so that an unchanged
-- document is not embedded again, a lost index can be rebuilt and a drift can be counted.

-- One row per document. report_id is null where the document belongs to the bank as a whole.
create table payscope.search_document (
    bank_id     uuid not null references payscope.bank,
    document_id text not null,
    report_id   uuid,
    kind        text not null check (kind in ('REPORT', 'TOTAL', 'PROBLEM', 'MERCHANT', 'CODE')),
    reference   text not null,
    body        text not null,
    fingerprint text not null,
    indexed_at  timestamptz not null,
    primary key (bank_id, document_id),
    foreign key (bank_id, report_id) references payscope.report
);
create index search_document_by_report on payscope.search_document (bank_id, report_id)
    where report_id is not null;

alter table payscope.search_document enable row level security;
alter table payscope.search_document force row level security;
create policy own_bank on payscope.search_document
    using (bank_id = (select payscope.current_bank_id()))
    with check (bank_id = (select payscope.current_bank_id()));
grant select, insert, update, delete on payscope.search_document to payscope_app;
