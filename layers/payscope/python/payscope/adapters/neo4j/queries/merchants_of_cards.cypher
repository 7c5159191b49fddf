// purpose: where else the cards of some payments were used.
// parameters: bank_id string, ids list of string, most integer, reach integer (payments looked at).
// grain: one row per merchant: id, name, payments, disputed.
UNWIND $ids AS id
MATCH (t:Transaction {bank_id: $bank_id, id: id})-[:WITH]->(c:Card)
WITH DISTINCT c
MATCH (c)<-[:WITH]-(o:Transaction)
WHERE NOT o.id IN $ids
WITH DISTINCT o ORDER BY o.id LIMIT $reach
MATCH (o)-[:AT]->(m:Merchant)
OPTIONAL MATCH (o)<-[d:DISPUTED]-()
WITH m, o, count(d) > 0 AS is_disputed
RETURN m.id AS id, m.name AS name, count(o) AS payments, sum(CASE WHEN is_disputed THEN 1 ELSE 0 END) AS disputed
ORDER BY payments DESC, id
LIMIT $most
