-- The key that led from event keys to banks was checked row by row, which took a third of the time of writing
-- them. A bank's keys are written in one transaction with its events, which have no such key either, and with the
-- account of a chunk of its report, which has one.
alter table payscope.event_key drop constraint event_key_bank_id_fkey;
