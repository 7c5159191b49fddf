// purpose: remove payments with their edges.
// parameters: bank_id string, ids list of string.
// grain: one row per payment id.
UNWIND $ids AS id
MATCH (t:Transaction {bank_id: $bank_id, id: id})
DETACH DELETE t
