"""Metrics compiled to SQL, roll-ups, receipts and conversations in PostgreSQL."""
