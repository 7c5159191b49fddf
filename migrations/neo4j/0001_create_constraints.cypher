// Every node is known by its bank and its id; the key also is the index that anchors each query.
CREATE CONSTRAINT transaction_key IF NOT EXISTS FOR (n:Transaction) REQUIRE (n.bank_id, n.id) IS UNIQUE;
CREATE CONSTRAINT merchant_key IF NOT EXISTS FOR (n:Merchant) REQUIRE (n.bank_id, n.id) IS UNIQUE;
CREATE CONSTRAINT card_key IF NOT EXISTS FOR (n:Card) REQUIRE (n.bank_id, n.id) IS UNIQUE;
CREATE CONSTRAINT issuer_key IF NOT EXISTS FOR (n:Issuer) REQUIRE (n.bank_id, n.id) IS UNIQUE;
CREATE CONSTRAINT network_key IF NOT EXISTS FOR (n:Network) REQUIRE (n.bank_id, n.id) IS UNIQUE;
CREATE CONSTRAINT batch_key IF NOT EXISTS FOR (n:Batch) REQUIRE (n.bank_id, n.id) IS UNIQUE;
CREATE CONSTRAINT report_key IF NOT EXISTS FOR (n:Report) REQUIRE (n.bank_id, n.id) IS UNIQUE;
