"""What a simulation says: summaries, and why they are as they are."""
