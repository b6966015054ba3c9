"""The commands `seal` and `verify`."""
