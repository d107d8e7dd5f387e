"""Accounts: who asks, and whether they may."""
