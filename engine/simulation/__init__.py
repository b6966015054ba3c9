"""Draws of a program: solved chunk by chunk, read off and added up."""
