// purpose: how many nodes of one label a bank has.
// parameters: bank_id string; LABEL is replaced by one of the schema's labels.
// grain: one row: nodes.
MATCH (n:LABEL)
WHERE n.bank_id = $bank_id AND n.id >= ''
RETURN count(n) AS nodes
