"""Access tokens: JSON Web Tokens signed by an issuer whose keys are published as a JWKS."""
