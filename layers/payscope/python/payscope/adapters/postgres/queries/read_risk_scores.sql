-- purpose: scores of one run behind a rank, the riskiest first.
-- parameters: bank_id uuid, kind text, run_id uuid, after integer, limit integer.
-- grain: one row per scored entity.
select s.entity_id, m.name, s.rank, s.score, s.evidence
from payscope.risk_score s
left join payscope.merchant m
  on m.bank_id = s.bank_id and m.merchant_id = s.entity_id and s.kind = 'MERCHANT'
where s.bank_id = %(bank_id)s and s.kind = %(kind)s and s.run_id = %(run_id)s and s.rank > %(after)s
order by s.rank, s.entity_id
limit %(limit)s
