"""Distributions of one number: families, fits to stated ranges, words of probability.

Knows no YAML, files or terminal.
"""
