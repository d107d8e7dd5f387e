"""Figures of llrs, rankings and groups, with their intervals."""
