"""How many animals live in an area: spatial capture-recapture, a first look."""
