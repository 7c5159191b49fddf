// purpose: the nodes beside some payments, but their reports.
// parameters: bank_id string, ids list of string.
// grain: one row per node: label, id.
UNWIND $ids AS id
MATCH (t:Transaction {bank_id: $bank_id, id: id})--(p)
WHERE NOT p:Report
RETURN DISTINCT labels(p)[0] AS label, p.id AS id
