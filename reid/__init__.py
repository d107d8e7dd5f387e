"""Rosette patterns of leopards: from photo bytes to quotable evidence of identity."""

import os

# Threads of torch that wait for each other soon sleep, and leave the core to others: on two cores
# beside two busy programs a photo is described several times faster so, with the same numbers. Read
# when torch is loaded.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
