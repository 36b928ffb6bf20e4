"""The regions known today, by short name. A name that is not among them earns a warning, never an error.

Regions open while this product is in use, so the list serves spelling alone: nothing is refused by it.
"""

from __future__ import annotations

from typing import Final

_AMERICAS: Final = """
    brazilsouth brazilsoutheast canadacentral canadaeast centralus chilecentral eastus eastus2 eastus3 mexicocentral
    northcentralus southcentralus westcentralus westus westus2 westus3
"""
_EUROPE: Final = """
    austriaeast belgiumcentral denmarkeast francecentral francesouth germanynorth germanywestcentral italynorth
    northeurope norwayeast norwaywest polandcentral spaincentral swedencentral swedensouth switzerlandnorth
    switzerlandwest uksouth ukwest westeurope
"""
_AFRICA_AND_MIDDLE_EAST: Final = """
    israelcentral qatarcentral southafricanorth southafricawest uaecentral uaenorth
"""
_ASIA_AND_PACIFIC: Final = """
    australiacentral australiacentral2 australiaeast australiasoutheast centralindia eastasia indonesiacentral
    japaneast japanwest jioindiacentral jioindiawest koreacentral koreasouth malaysiawest newzealandnorth
    southeastasia southindia taiwannorth taiwannorthwest westindia
"""
_EARLY_UPDATES: Final = "centraluseuap eastus2euap"
_CHINA: Final = "chinaeast chinaeast2 chinaeast3 chinanorth chinanorth2 chinanorth3"
_US_GOVERNMENT: Final = "usdodcentral usdodeast usgovarizona usgoviowa usgovtexas usgovvirginia"

_ALL: Final = (_AMERICAS, _EUROPE, _AFRICA_AND_MIDDLE_EAST, _ASIA_AND_PACIFIC, _EARLY_UPDATES, _CHINA, _US_GOVERNMENT)

REGIONS: Final = frozenset(name for part in _ALL for name in part.split())
