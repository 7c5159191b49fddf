"""Amazon Bedrock: a language model that proposes plans."""
