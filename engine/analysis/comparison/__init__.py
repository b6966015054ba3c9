"""Assumption sets side by side on the same uniforms, and what explains their difference."""
