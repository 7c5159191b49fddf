// purpose: the files behind a payout's figure: those that told of its lines, at whatever stage, and of itself.
// parameters: bank_id string, batch string, most integer.
// grain: one row per report: id, file_name, source, payments (0: it names the batch alone).
MATCH (b:Batch {bank_id: $bank_id, id: $batch})
CALL (b) {
    MATCH (b)<-[:SETTLED]-(t:Transaction)-[:FROM_REPORT]->(r:Report)
    RETURN r, t.id AS payment
    UNION
    MATCH (b)-[:FROM_REPORT]->(r:Report)
    RETURN r, null AS payment
}
RETURN r.id AS id, r.file_name AS file_name, r.source AS source, count(DISTINCT payment) AS payments
ORDER BY payments DESC, id
LIMIT $most
