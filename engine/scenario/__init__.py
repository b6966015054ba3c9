"""The scenario language: what may stand in a file, and what it means."""
