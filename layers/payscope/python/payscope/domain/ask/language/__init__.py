"""Questions in English, understood by rules over data: no model, no guess."""
