-- purpose: keep a proposal for a layout under the next version of its name, unless one waits already.
-- parameters: bank_id, mapping_id uuid, name text, report_id uuid, fingerprint text, profile, evidence jsonb,
--             confidence numeric, now timestamptz.
-- grain: one row, the id of the proposal that waits.
with
waiting as (
    select m.mapping_id
    from payscope.mapping m
    where m.bank_id = %(bank_id)s and m.fingerprint = %(fingerprint)s and m.status = 'PROPOSED'
    limit 1
),
next as (
    select coalesce(max(m.version), 0) + 1 as version
    from payscope.mapping m
    where m.bank_id = %(bank_id)s and m.name = %(name)s
),
kept as (
    insert into payscope.mapping (
        bank_id, mapping_id, name, version, status, report_id, fingerprint, profile, evidence, confidence, proposed_at)
    select %(bank_id)s, %(mapping_id)s, %(name)s, n.version, 'PROPOSED', %(report_id)s, %(fingerprint)s,
           %(profile)s::jsonb || jsonb_build_object('profile', %(name)s::text || '@' || n.version), %(evidence)s,
           %(confidence)s, %(now)s
    from next n
    where not exists (select from waiting)
    on conflict do nothing
    returning mapping_id
)
select coalesce((select mapping_id from waiting), (select mapping_id from kept), %(mapping_id)s)
