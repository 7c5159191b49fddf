// purpose: merchants that share cards with a merchant: the first step of a chain.
// parameters: bank_id string, merchant string, most integer, reach integer (cards looked at).
// grain: one row per other merchant: id, name, cards.
MATCH (m:Merchant {bank_id: $bank_id, id: $merchant})<-[:AT]-(:Transaction)-[:WITH]->(c:Card)
WITH DISTINCT m, c ORDER BY c.id LIMIT $reach
MATCH (c)<-[:WITH]-(:Transaction)-[:AT]->(o:Merchant)
WHERE o.id <> m.id
RETURN o.id AS id, o.name AS name, count(DISTINCT c.id) AS cards
ORDER BY cards DESC, id
LIMIT $most
