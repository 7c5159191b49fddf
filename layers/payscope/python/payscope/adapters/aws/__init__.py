"""Amazon Web Services: clients, secrets, the chain's handlers."""
