"""Rosette patterns of leopards: from photo bytes to quotable evidence of identity."""
