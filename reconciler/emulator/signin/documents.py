"""The documents that tell a client where everything is: cloud metadata, OpenID, instance discovery, user realm.

All addresses in them are those of the request, so that one emulator can be reached under several names. Each
api-version of the metadata has a form of its own, and clients insist on theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.emulator.signin.tokens import GRAPH_PATH

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON

CLOUD = "AzureEmulator"
_OLDEST, _LISTED = "2015-01-01", ("2019-05-01", "2020-06-01")
_SUFFIXES = {
    "acrLoginServer": "azurecr.emulator.local",
    "keyVaultDns": "vault.emulator.local",
    "mhsmDns": "managedhsm.emulator.local",
    "sqlServerHostname": "database.emulator.local",
    "mysqlServerEndpoint": "mysql.database.emulator.local",
    "postgresqlServerEndpoint": "postgres.database.emulator.local",
    "mariadbServerEndpoint": "mariadb.database.emulator.local",
    "storage": "core.emulator.local",
    "storageSyncEndpointSuffix": "afs.emulator.local",
    "synapseAnalytics": "dev.azuresynapse.emulator.local",
    "attestationEndpoint": "attest.emulator.local",
    "azureFrontDoorEndpointSuffix": "azurefd.emulator.local",
}


def metadata(origin: str, tenant: str, api_version: str) -> Any:
    """Describe this cloud: one object, a list of one, or the flat form of 2015, as the api-version wants it."""
    if api_version == _OLDEST:
        return _flat(origin)
    described = _described(origin, tenant)
    return [described] if api_version in _LISTED else described


def _flat(origin: str) -> JSON:
    return {
        "galleryEndpoint": f"{origin}/",
        "graphEndpoint": f"{origin}{GRAPH_PATH}",
        "portalEndpoint": f"{origin}/",
        "authentication": {"loginEndpoint": origin, "audiences": [origin, f"{origin}/"]},
    }


def _described(origin: str, tenant: str) -> JSON:
    graph = f"{origin}{GRAPH_PATH}"
    return {
        "name": CLOUD,
        "portal": origin,
        "authentication": {
            "loginEndpoint": origin,
            "audiences": [origin, f"{origin}/"],
            "tenant": tenant,
            "identityProvider": "AAD",
        },
        "resourceManager": origin,
        "graph": graph,
        "graphAudience": graph,
        "microsoftGraphResourceId": graph,
        "media": origin,
        "batch": origin,
        "gallery": origin,
        "sqlManagement": origin,
        "vmImageAliasDoc": f"{origin}/aliases.json",
        "activeDirectoryDataLake": origin,
        "appInsightsResourceId": origin,
        "appInsightsTelemetryChannelResourceId": origin,
        "appServiceResourceId": origin,
        "attestationResourceId": origin,
        "azmirrorStorageAccountResourceId": origin,
        "logAnalyticsResourceId": origin,
        "ossrdbmsResourceId": origin,
        "synapseAnalyticsResourceId": origin,
        "suffixes": _SUFFIXES,
    }


def issuer(origin: str, tenant: str) -> str:
    """Name who issues id tokens."""
    return f"{origin}/{tenant}/v2.0"


def openid(origin: str, tenant: str) -> JSON:
    """Describe where and how one signs in to a tenant."""
    base = f"{origin}/{tenant}"
    return {
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code", "id_token", "code id_token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["HS256"],
        "issuer": issuer(origin, tenant),
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
        "tenant_region_scope": None,
        "cloud_instance_name": _host(origin),
        "cloud_graph_host_name": _host(origin),
        "msgraph_host": _host(origin),
    }


def instance(origin: str, tenant: str) -> JSON:
    """Answer instance discovery: this host is the only name of this cloud."""
    host = _host(origin)
    return {
        "tenant_discovery_endpoint": f"{origin}/{tenant}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }


def realm(origin: str, sign_in: str) -> JSON:
    """Say that a user signs in here and nowhere else."""
    return {
        "ver": "1.0",
        "account_type": "Managed",
        "domain_name": sign_in.rpartition("@")[2],
        "cloud_instance_name": _host(origin),
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    }


def _host(origin: str) -> str:
    return origin.partition("://")[2]
