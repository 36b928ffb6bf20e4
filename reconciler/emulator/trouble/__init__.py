"""Bad days on demand: rate limits, the file that faults are read from, and the address that controls them."""
