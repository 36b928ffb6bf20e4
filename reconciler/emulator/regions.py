"""The Azure regions by short and by display name.

The gallery service takes a region in any spelling and answers with the display name inside
targetRegions but with the short name in `location` (3.8/1, 3.8/2): both directions live here.
"""

from __future__ import annotations

DISPLAY_NAMES = (
    "Australia Central",
    "Australia Central 2",
    "Australia East",
    "Australia Southeast",
    "Austria East",
    "Belgium Central",
    "Brazil South",
    "Brazil Southeast",
    "Canada Central",
    "Canada East",
    "Central India",
    "Central US",
    "Central US EUAP",
    "Chile Central",
    "China East",
    "China East 2",
    "China East 3",
    "China North",
    "China North 2",
    "China North 3",
    "Denmark East",
    "East Asia",
    "East US",
    "East US 2",
    "East US 2 EUAP",
    "France Central",
    "France South",
    "Germany North",
    "Germany West Central",
    "Indonesia Central",
    "Israel Central",
    "Italy North",
    "Japan East",
    "Japan West",
    "Jio India Central",
    "Jio India West",
    "Korea Central",
    "Korea South",
    "Malaysia West",
    "Mexico Central",
    "New Zealand North",
    "North Central US",
    "North Europe",
    "Norway East",
    "Norway West",
    "Poland Central",
    "Qatar Central",
    "South Africa North",
    "South Africa West",
    "South Central US",
    "South India",
    "Southeast Asia",
    "Spain Central",
    "Sweden Central",
    "Sweden South",
    "Switzerland North",
    "Switzerland West",
    "UAE Central",
    "UAE North",
    "UK South",
    "UK West",
    "US Gov Arizona",
    "US Gov Texas",
    "US Gov Virginia",
    "West Central US",
    "West Europe",
    "West India",
    "West US",
    "West US 2",
    "West US 3",
)


def fold(spelling: str) -> str:
    """Bring any spelling of a region to one form: no spaces, lower case."""
    return spelling.replace(" ", "").lower()


_BY_SHORT = {fold(name): name for name in DISPLAY_NAMES}


def short(spelling: str) -> str | None:
    """Give the short name (`eastus2`) of any spelling, or None for no region of ours."""
    folded = fold(spelling)
    return folded if folded in _BY_SHORT else None


def display(spelling: str) -> str:
    """Give the display name (`East US 2`); an unknown spelling comes back unchanged."""
    return _BY_SHORT.get(fold(spelling), spelling)


def all_short() -> str:
    """List every short name, as the service does in its error messages."""
    return ",".join(sorted(_BY_SHORT))
