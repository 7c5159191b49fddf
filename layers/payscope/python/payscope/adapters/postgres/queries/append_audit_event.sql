-- purpose: an entry behind the head that the caller read under the log's lock.
-- parameters: the columns of payscope.audit_event.
-- grain: none.
insert into payscope.audit_event (
    bank_id, sequence, event_id, occurred_at, actor, action, resource, outcome, request_id, detail,
    canonical, previous_hash, entry_hash)
values (
    %(bank_id)s, %(sequence)s, %(event_id)s, %(occurred_at)s, %(actor)s, %(action)s, %(resource)s, %(outcome)s,
    %(request_id)s, %(detail)s, %(canonical)s, %(previous_hash)s, %(entry_hash)s)
