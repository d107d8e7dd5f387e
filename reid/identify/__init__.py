"""The order of the stages: who an encounter is, cases, clusters, movement."""
