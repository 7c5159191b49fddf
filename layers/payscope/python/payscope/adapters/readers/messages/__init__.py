"""Messages of banks: ISO 20022, MT, BAI2."""
