// purpose: the cards and merchants of disputed payments, the raw material of rings.
// parameters: bank_id string, most integer.
// grain: one row per card and merchant: card, merchant, payments.
MATCH (n:Issuer)
WHERE n.bank_id = $bank_id AND n.id >= ''
MATCH (n)-[:DISPUTED]->(t:Transaction)
WITH DISTINCT t
MATCH (c:Card)<-[:WITH]-(t)-[:AT]->(m:Merchant)
RETURN c.id AS card, m.id AS merchant, count(DISTINCT t.id) AS payments
ORDER BY card, merchant
LIMIT $most
