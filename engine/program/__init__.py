"""From a scenario to arrays: the leaf table, and expressions laid out on it."""
