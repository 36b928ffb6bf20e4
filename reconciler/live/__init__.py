"""Talking with Azure: one door for every request, and a reader that never takes silence for absence."""
