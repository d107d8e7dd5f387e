"""How good the product is: named data, stated protocol, counts behind every rate."""
