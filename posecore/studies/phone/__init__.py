"""How long networks took in the browsers of phones."""
