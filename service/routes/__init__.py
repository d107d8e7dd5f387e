"""One module a resource; a route parses, makes one call, wraps."""
