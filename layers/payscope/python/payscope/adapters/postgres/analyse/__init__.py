"""Series, anomalies, forecasts and risk scores in PostgreSQL."""
