// purpose: the files that told of some payments, and of how many of them.
// parameters: bank_id string, ids list of string, most integer.
// grain: one row per report: id, file_name, source, payments.
UNWIND $ids AS id
MATCH (t:Transaction {bank_id: $bank_id, id: id})-[:FROM_REPORT]->(r:Report)
RETURN r.id AS id, r.file_name AS file_name, r.source AS source, count(DISTINCT t.id) AS payments
ORDER BY payments DESC, id
LIMIT $most
