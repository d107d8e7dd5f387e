"""Many poor frames of one passage become one picture, and one witness."""
