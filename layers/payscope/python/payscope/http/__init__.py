"""The HTTP surface: FastAPI applications over use cases."""
