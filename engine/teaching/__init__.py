"""Lessons and games with somebody at the terminal."""
