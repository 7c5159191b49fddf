// purpose: add payments with one edge per event, and their merchant, card and report.
// parameters: bank_id string, rows list of {payment, report, merchant, card, kind, party, edge {event_id, ...}}.
// grain: one row per event.
//
// Edges are merged from the payment's side: it has few, a party can have millions.
// Instants come as text, which the driver packs four times as fast.
UNWIND $rows AS row
MERGE (t:Transaction {bank_id: $bank_id, id: row.payment})
MERGE (r:Report {bank_id: $bank_id, id: row.report})
MERGE (t)-[:FROM_REPORT]->(r)
FOREACH (id IN CASE WHEN row.merchant IS NULL THEN [] ELSE [row.merchant] END |
    MERGE (m:Merchant {bank_id: $bank_id, id: id})
    MERGE (t)-[:AT]->(m))
FOREACH (id IN CASE WHEN row.card IS NULL THEN [] ELSE [row.card] END |
    MERGE (c:Card {bank_id: $bank_id, id: id})
    MERGE (t)-[:WITH]->(c))
FOREACH (id IN CASE WHEN row.kind = 'AUTHORIZED' THEN [row.party] ELSE [] END |
    MERGE (p:Issuer {bank_id: $bank_id, id: id})
    MERGE (t)<-[e:AUTHORIZED {event_id: row.edge.event_id}]-(p)
    SET e = row.edge, e.at = datetime(row.edge.at))
FOREACH (id IN CASE WHEN row.kind = 'CLEARED' THEN [row.party] ELSE [] END |
    MERGE (p:Network {bank_id: $bank_id, id: id})
    MERGE (t)<-[e:CLEARED {event_id: row.edge.event_id}]-(p)
    SET e = row.edge, e.at = datetime(row.edge.at))
FOREACH (id IN CASE WHEN row.kind = 'SETTLED' THEN [row.party] ELSE [] END |
    MERGE (p:Batch {bank_id: $bank_id, id: id})
    MERGE (t)-[e:SETTLED {event_id: row.edge.event_id}]->(p)
    SET e = row.edge, e.at = datetime(row.edge.at))
FOREACH (id IN CASE WHEN row.kind = 'REFUNDED' THEN [row.party] ELSE [] END |
    MERGE (p:Merchant {bank_id: $bank_id, id: id})
    MERGE (t)<-[e:REFUNDED {event_id: row.edge.event_id}]-(p)
    SET e = row.edge, e.at = datetime(row.edge.at))
FOREACH (id IN CASE WHEN row.kind = 'DISPUTED' THEN [row.party] ELSE [] END |
    MERGE (p:Issuer {bank_id: $bank_id, id: id})
    MERGE (t)<-[e:DISPUTED {event_id: row.edge.event_id}]-(p)
    SET e = row.edge, e.at = datetime(row.edge.at))
