"""Use cases, one verb and noun a module, and the ports they own."""
