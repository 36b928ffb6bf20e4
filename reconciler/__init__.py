"""Gallery reconciler: run Azure Compute Galleries from git."""

__version__ = "0.1.0"
