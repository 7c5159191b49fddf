"""Questions and metric queries: understood, measured, answered with receipts."""
