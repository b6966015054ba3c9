"""Whether stated probabilities and incentives fit together."""
