// purpose: what some payments have in common: the merchants, batches, issuers and files that most of them share.
// parameters: bank_id string, ids list of string, least integer (payments), most integer.
// grain: one row per party: label, id, name, payments.
UNWIND $ids AS id
MATCH (t:Transaction {bank_id: $bank_id, id: id})--(p)
WHERE p:Merchant OR p:Batch OR p:Issuer OR p:Report
WITH p, count(DISTINCT t.id) AS payments
WHERE payments >= $least
RETURN labels(p)[0] AS label, p.id AS id, coalesce(p.name, p.file_name) AS name, payments
ORDER BY payments DESC, label, id
LIMIT $most
