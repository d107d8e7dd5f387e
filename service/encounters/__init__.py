"""Encounters: candidates, evidence of pairs, decisions."""
