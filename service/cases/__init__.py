"""Cases: named sets of encounters, and all that can be said about one."""
