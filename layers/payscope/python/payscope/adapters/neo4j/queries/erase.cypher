// purpose: remove some of a bank's nodes of one label with their edges; run until it answers 0.
// parameters: bank_id string, limit integer; LABEL is replaced by one of the schema's labels.
// grain: one row: removed.
MATCH (n:LABEL)
WHERE n.bank_id = $bank_id AND n.id >= ''
WITH n LIMIT $limit
DETACH DELETE n
RETURN count(*) AS removed
