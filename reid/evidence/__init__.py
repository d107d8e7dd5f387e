"""From comparisons to a bounded, calibrated llr."""
