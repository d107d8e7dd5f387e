"""Neighbours: files of signatures out and in, and which of their animals may be ours."""
