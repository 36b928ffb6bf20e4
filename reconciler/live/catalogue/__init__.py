"""The error codes of Azure in our words: when each appears, what it means, what becomes of it, how to mend it."""
