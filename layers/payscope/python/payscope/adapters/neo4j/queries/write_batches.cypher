// purpose: add the batches that payouts and bank credits name, with the reports that name them.
// parameters: bank_id string, rows list of {batch, report}.
// grain: one row per batch and report.
UNWIND $rows AS row
MERGE (b:Batch {bank_id: $bank_id, id: row.batch})
MERGE (r:Report {bank_id: $bank_id, id: row.report})
MERGE (b)-[:FROM_REPORT]->(r)
