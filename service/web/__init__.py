"""What every room uses: errors, middleware, page frame, field types, languages, words."""
