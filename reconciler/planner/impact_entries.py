"""What a plan means for users as plain values of the plan document.

Apart from the document because these rows say what a plan leads to, and nothing in it depends on them.
"""

from __future__ import annotations

from typing import Any

from reconciler.model.impact import Latest, Limit, Volume


def latest_entry(row: Latest) -> dict[str, Any]:
    """What `latest` resolves to in one region; null where to nothing."""
    return {
        "definition": row.definition.text(with_subscription=True),
        "region": row.region,
        "before": row.before or None,
        "after": row.after or None,
        "replicated": str(row.replicated),
    }


def limit_entry(row: Limit) -> dict[str, Any]:
    """One limit; `address` is the version whose replicas are counted, null for what a subscription has in all."""
    return {
        "what": str(row.what),
        "subscription": row.subscription,
        "region": row.region,
        "before": row.before,
        "after": row.after,
        "most": row.most,
        "level": str(row.level),
        "address": row.address.text(with_subscription=True) if row.address is not None else None,
    }


def volume_entry(row: Volume) -> dict[str, Any]:
    """Replicas and gigabytes of one storage type in one region; the type is null where Azure chooses it."""
    return {
        "region": row.region,
        "storageType": row.storage_type or None,
        "replicas": {"before": row.replicas_before, "after": row.replicas_after},
        "gigabytes": {"before": row.gigabytes_before, "after": row.gigabytes_after},
        "unknownSizes": row.unknown_sizes,
    }
