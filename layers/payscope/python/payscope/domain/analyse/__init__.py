"""Series, anomalies, forecasts, risk and simulation."""
