// purpose: add named nodes or set their properties.
// parameters: bank_id string, rows list of {label, id, properties}.
// grain: one row per node.
UNWIND $rows AS row
FOREACH (x IN CASE WHEN row.label = 'Report' THEN [row] ELSE [] END |
    MERGE (n:Report {bank_id: $bank_id, id: x.id}) SET n += x.properties)
FOREACH (x IN CASE WHEN row.label = 'Merchant' THEN [row] ELSE [] END |
    MERGE (n:Merchant {bank_id: $bank_id, id: x.id}) SET n += x.properties)
FOREACH (x IN CASE WHEN row.label = 'Issuer' THEN [row] ELSE [] END |
    MERGE (n:Issuer {bank_id: $bank_id, id: x.id}) SET n += x.properties)
