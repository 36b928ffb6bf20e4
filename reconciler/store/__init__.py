"""What we remember between runs: the ledger and saved runs. Losing it destroys nothing, no decision depends on it."""
