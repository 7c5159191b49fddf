// purpose: how many nodes of one label a bank has, without the one for parties that no report names.
// parameters: bank_id string, unknown string; LABEL is replaced by one of the schema's labels.
// grain: one row: nodes.
MATCH (n:LABEL)
WHERE n.bank_id = $bank_id AND n.id >= '' AND n.id <> $unknown
RETURN count(n) AS nodes
