"""Speed and memory, measured as whole processes; run by `make bench`."""
