-- purpose: keep the scores of a run once.
-- parameters: bank_id uuid, run_id uuid, scores jsonb (array), model text, evaluation jsonb, now timestamptz.
-- grain: no rows.
insert into payscope.risk_score (bank_id, kind, entity_id, run_id, score, rank, evidence, model, evaluation, scored_at)
select %(bank_id)s, s.kind, s.entity_id, %(run_id)s, s.score, s.rank, s.evidence, %(model)s, %(evaluation)s, %(now)s
from jsonb_to_recordset(%(scores)s::jsonb)
    as s (kind text, entity_id text, score numeric, rank integer, evidence jsonb)
on conflict do nothing
