"""One game, played move by move: some choose for themselves, the others by the model."""
