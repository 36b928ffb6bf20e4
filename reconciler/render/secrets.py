"""What must never be printed: the rule is the one for what must never be kept."""

from reconciler.model.secrets import deep_without_secrets, without_secrets

__all__ = ["deep_without_secrets", "without_secrets"]
