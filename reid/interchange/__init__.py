"""Tables of other programs: one module a format, text or table in, values out, and back."""
