"""Tables that leave: one module a format, a survey in, sheets of text out."""
