"""What outcomes hang on: variances divided among unknowns, words, rules and chance."""
