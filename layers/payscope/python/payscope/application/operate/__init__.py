"""Running the service: identity, health, audit, upkeep."""
