"""Tables of layouts that no profile describes, in several languages, and what their columns mean."""

# Lines of reports are as long as they are.
# ruff: noqa: E501

HAND_WRITTEN: dict[str, tuple[str, dict[str, str]]] = {
    "abrechnung": (
        """Transaktionsdatum;Referenz;Betrag;Gebühr;Netto;Währung;Händler;Kartenmarke
01.03.2026;T1;1.234,50;12,35;1.222,15;EUR;Laden 1;Visa
01.03.2026;T2;20,00;0,20;19,80;EUR;Laden 1;Mastercard
22.03.2026;T3;7,00;0,07;6,93;EUR;Laden 2;Visa
Summe;;1.261,50;12,62;1.248,88;;;
""",
        {"occurred": "Transaktionsdatum", "reference": "Referenz", "amount": "Betrag", "fee": "Gebühr", "net": "Netto",
         "currency": "Währung", "merchant_id": "Händler", "network": "Kartenmarke"},
    ),
    "releve": (
        """Date opération;Date valeur;Libellé;Débit;Crédit;Solde;Devise
03/03/2026;04/03/2026;Achat;12,00;;988,00;EUR
15/03/2026;16/03/2026;Virement;;500,00;1 488,00;EUR
28/03/2026;29/03/2026;Frais;1,50;;1 486,50;EUR
""",
        {"occurred": "Date opération", "booked": "Date valeur", "debit": "Débit", "credit": "Crédit",
         "balance": "Solde", "currency": "Devise"},
    ),
    "transazioni": (
        """Data operazione;Codice transazione;Esercente;Importo lordo;Commissione;Importo netto;Valuta;Circuito
01/03/2026;IT001;M10;100,00;1,20;98,80;EUR;Visa
13/03/2026;IT002;M10;55,10;0,66;54,44;EUR;Maestro
14/03/2026;IT003;M11;9,90;0,12;9,78;EUR;Mastercard
Totale;;;165,00;1,98;163,02;;
""",
        {"occurred": "Data operazione", "reference": "Codice transazione", "merchant_id": "Esercente",
         "amount": "Importo lordo", "fee": "Commissione", "net": "Importo netto", "currency": "Valuta",
         "network": "Circuito"},
    ),
    "liquidacion": (
        """Fecha de operación;Fecha valor;Referencia;Comercio;Importe bruto;Comisión;Importe neto;Moneda;Tipo
2026-03-01;2026-03-03;R-1;900001;40,00;0,40;39,60;EUR;Venta
2026-03-01;2026-03-03;R-2;900001;-10,00;-0,10;-9,90;EUR;Devolución
2026-03-02;2026-03-04;R-3;900002;75,25;0,75;74,50;EUR;Venta
""",
        {"occurred": "Fecha de operación", "booked": "Fecha valor", "reference": "Referencia", "merchant_id": "Comercio",
         "amount": "Importe bruto", "fee": "Comisión", "net": "Importe neto", "currency": "Moneda", "kind": "Tipo"},
    ),
    "afrekening": (
        """Transactiedatum;Transactienummer;Winkelier;Bedrag;Kosten;Nettobedrag;Munt;Kaartmerk
01-03-2026;NL1;W1;10,00;0,10;9,90;EUR;Visa
14-03-2026;NL2;W1;20,00;0,20;19,80;EUR;Visa
15-03-2026;NL3;W2;30,00;0,30;29,70;EUR;Mastercard
""",
        {"occurred": "Transactiedatum", "reference": "Transactienummer", "merchant_id": "Winkelier", "amount": "Bedrag",
         "fee": "Kosten", "net": "Nettobedrag", "currency": "Munt", "network": "Kaartmerk"},
    ),
    "authorisations": (
        """request_time;auth_code;rrn;merchant number;mcc;card brand;amount;ccy;response code;issuer country;card bin
2026-03-01 10:00:00;A1B2C3;600000000001;M1;5812;VISA;12.00;GBP;00;GB;411111
2026-03-01 10:00:09;;600000000002;M1;5812;VISA;15.00;GBP;51;GB;411111
2026-03-01 10:01:00;009912;600000000003;M2;5411;MASTERCARD;99.99;GBP;00;FR;555544
""",
        {"occurred": "request_time", "approval_code": "auth_code", "reference": "rrn", "merchant_id": "merchant number",
         "mcc": "mcc", "network": "card brand", "amount": "amount", "currency": "ccy",
         "response_code": "response code", "issuer_country": "issuer country", "bin": "card bin"},
    ),
    "clearing with fees": (
        """Processing Date;Transaction Date;ARN;Merchant ID;Amount;Currency;Interchange Fee;Scheme Fee;Acquirer Markup;Total Fee;Net Amount
2026-03-03;2026-03-01;74123456060000000000001;M1;100.00;EUR;0.30;0.10;0.20;0.60;99.40
2026-03-03;2026-03-01;74123456060000000000019;M1;50.00;EUR;0.15;0.05;0.10;0.30;49.70
2026-03-03;2026-03-02;74123456060000000000027;M2;10.00;EUR;0.03;0.01;0.02;0.06;9.94
Total;;;;160.00;EUR;0.48;0.16;0.32;0.96;159.04
""",
        {"booked": "Processing Date", "occurred": "Transaction Date", "arn": "ARN", "merchant_id": "Merchant ID",
         "amount": "Amount", "currency": "Currency", "interchange": "Interchange Fee", "scheme_fee": "Scheme Fee",
         "markup": "Acquirer Markup", "fee": "Total Fee", "net": "Net Amount"},
    ),
    "account": (
        """Booking date;Value date;Text;Amount;Balance;Currency
2026-03-01;2026-03-01;Opening fee;-5.00;995.00;CHF
2026-03-02;2026-03-02;Payout Adyen;120.50;1115.50;CHF
2026-03-03;2026-03-04;Rent;-800.00;315.50;CHF
""",
        {"occurred": "Booking date", "booked": "Value date", "amount": "Amount", "balance": "Balance",
         "currency": "Currency"},
    ),
    "payouts": (
        """payout id;payout date;status;currency;gross amount;fees;net amount
po_1;2026-03-01;paid;USD;1000.00;29.00;971.00
po_2;2026-03-08;paid;USD;500.00;14.50;485.50
po_3;2026-03-15;paid;EUR;80.00;2.32;77.68
""",
        {"batch_ref": "payout id", "occurred": "payout date", "kind": "status", "currency": "currency",
         "amount": "gross amount", "fee": "fees", "net": "net amount"},
    ),
    "no words for it": (
        """Kd;Wann;Wieviel;Was
K-1;05.03.2026;12,50;EUR
K-2;16.03.2026;-3,20;EUR
K-3;27.03.2026;8,00;CHF
""",
        {"occurred": "Wann", "amount": "Wieviel", "currency": "Was"},
    ),
    "quantities": (
        """Date;Order number;Items;Unit price;Amount;Currency;Shop name
2026-03-01;O-1;2;5.00;10.00;EUR;North
2026-03-02;O-2;1;7.50;7.50;EUR;South
2026-03-02;O-3;3;1.10;3.30;EUR;North
""",
        {"occurred": "Date", "order_ref": "Order number", "amount": "Amount", "currency": "Currency",
         "merchant_name": "Shop name"},
    ),
    "exchange": (
        """Transaction ID;Created;Transaction amount;Transaction currency;Settlement amount;Settlement currency;Payment method
X1;2026-03-01T10:00:00Z;100.00;USD;92.10;EUR;visa
X2;2026-03-01T11:00:00Z;50.00;GBP;58.70;EUR;mc
X3;2026-03-02T11:00:00Z;10.00;USD;9.21;EUR;amex
""",
        {"reference": "Transaction ID", "occurred": "Created", "amount": "Transaction amount",
         "currency": "Transaction currency", "net": "Settlement amount",
         "settlement_currency": "Settlement currency", "network": "Payment method"},
    ),
    "codes": (
        """Timestamp;Merchant account;Merchant reference;PSP reference;Type;Gross;Currency;Reason code;Last 4
2026-03-01 10:00;ACME;o-1;881;Chargeback;-20.00;EUR;4853;1111
2026-03-01 11:00;ACME;o-2;882;Sale;20.00;EUR;;4242
2026-03-02 11:00;ACME;o-3;883;Sale;30.00;EUR;;0005
""",
        {"occurred": "Timestamp", "merchant_id": "Merchant account", "order_ref": "Merchant reference",
         "reference": "PSP reference", "kind": "Type", "amount": "Gross", "currency": "Currency", "last4": "Last 4"},
    ),
}  # fmt: skip
