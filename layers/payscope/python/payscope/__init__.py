"""PayScope: payment reports in, reconciled payments and proven answers out."""
