// purpose: remove those of some nodes that no payment or batch names any more.
// parameters: bank_id string, ids list of string; LABEL is replaced by one of the schema's labels.
// grain: one row per node id.
UNWIND $ids AS id
MATCH (n:LABEL {bank_id: $bank_id, id: id})
WHERE NOT (n)--()
DELETE n
