"""Which part of the world a region belongs to, as clients show it beside its name.

Apart from `regions`, because no rule depends on it: it only fills the list of a subscription's regions.
"""

from __future__ import annotations

_GROUPS = {
    "Africa": ("South Africa",),
    "Azure Government": ("US Gov",),
    "Canada": ("Canada",),
    "China": ("China",),
    "Mexico": ("Mexico",),
    "Middle East": ("Israel", "Qatar", "UAE"),
    "South America": ("Brazil", "Chile"),
    "US": ("Central US", "East US", "North Central US", "South Central US", "West Central US", "West US"),
    "Asia Pacific": (
        "Australia",
        "Central India",
        "East Asia",
        "Indonesia",
        "Japan",
        "Jio India",
        "Korea",
        "Malaysia",
        "New Zealand",
        "South India",
        "Southeast Asia",
        "West India",
    ),
}
_ELSE = "Europe"


def group(display: str) -> str:
    """Give the group of a region's display name (3.9/7)."""
    for name, heads in _GROUPS.items():
        if display.startswith(heads):
            return name
    return _ELSE
