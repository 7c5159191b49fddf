"""The routes of the contract that this version answers with 501: method, path, what they will need."""

from payscope.domain.identity import Action

UNBUILT: tuple[tuple[str, str, Action], ...] = (("GET", "/programmes", Action.READ),)
