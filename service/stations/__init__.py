"""Stations, the cameras that stood there, and their clocks."""
