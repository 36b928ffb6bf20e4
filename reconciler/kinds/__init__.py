"""One file per kind of resource: its fields, their rules, its checks. Everything else is derived from these."""
