"""Scenarios and the files of other programs, in both directions."""
