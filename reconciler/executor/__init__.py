"""Carries a plan out, one step function at a time; no thread ever waits for an Azure operation."""
