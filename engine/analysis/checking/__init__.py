"""What a scenario consists of, what its numbers rest on, and what is wrong with the game it describes."""
