"""Anomalies, forecasts, risk and what-if."""
