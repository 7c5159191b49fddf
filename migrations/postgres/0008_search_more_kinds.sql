-- Notes on breaks and verified questions can be found by meaning too.
alter table payscope.search_document drop constraint search_document_kind_check;
alter table payscope.search_document add constraint search_document_kind_check
    check (kind in ('REPORT', 'TOTAL', 'PROBLEM', 'MERCHANT', 'CODE', 'BREAK_NOTE', 'DISPUTE', 'QUESTION'));
