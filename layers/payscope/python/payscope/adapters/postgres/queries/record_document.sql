-- purpose: record a document as indexed.
-- parameters: bank_id uuid, document_id text, report_id uuid, kind text, reference text, body text,
--             fingerprint text, indexed_at timestamptz.
-- grain: none; key (bank_id, document_id).
insert into payscope.search_document
    (bank_id, document_id, report_id, kind, reference, body, fingerprint, indexed_at)
values (%(bank_id)s, %(document_id)s, %(report_id)s, %(kind)s, %(reference)s, %(body)s, %(fingerprint)s,
    %(indexed_at)s)
on conflict (bank_id, document_id) do update
    set report_id = excluded.report_id, kind = excluded.kind, reference = excluded.reference,
        body = excluded.body, fingerprint = excluded.fingerprint, indexed_at = excluded.indexed_at
