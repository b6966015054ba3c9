"""What it would be worth to know, to readers and to each actor."""
