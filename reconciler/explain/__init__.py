"""Answers in words: what a field may do, what a code means, why a plan treats one resource as it does."""
