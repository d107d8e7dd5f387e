"""Whether the calibrator holds for this catalogue."""
