"""Tokens: three-part JWTs that say who, for whom and until when, and the 401 for those that do not count.

They are signed with the secret of the state. Time is the emulator's, not the library's, so that expiry can be shown
with a clock that is moved by hand. A token that was read before is not read again.
"""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from reconciler.emulator import moments
from reconciler.emulator.answers import ArmError
from reconciler.emulator.world import Caller

if TYPE_CHECKING:
    from reconciler.emulator.settings import Principal

ARM: Final = "https://management.azure.com/"
LIFETIME: Final = 3_599
TEN_YEARS: Final = 10 * 365 * 24 * 3_600
GRAPH_PATH: Final = "/graph"
_ARM_HOSTS = frozenset({"management.azure.com", "management.core.windows.net"})
_GRAPH = frozenset({"https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"})
_ALGORITHM = "HS256"
_KEPT = 10_000
_EARLY = 300.0


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says, once its signature was found right."""

    caller: Caller
    tenant: str
    audience: str
    not_before: float
    expires: float
    purpose: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """Mints and reads the tokens of one tenant."""

    secret: str
    tenant: str
    read_before: dict[str, Claims] = field(default_factory=dict)

    def mint(self, principal: Principal, audience: str, now: float, lifetime: float = LIFETIME) -> str:
        """Mint an access token for an audience; one for years counts from the beginning of time, clocks may be set."""
        begin = {"nbf": 0} if lifetime > LIFETIME else {}
        return self._signed(
            principal, now, lifetime, {"aud": audience, "ver": "1.0", **begin, **_kind_claims(principal)}
        )

    def mint_refresh(self, principal: Principal, now: float) -> str:
        """Mint what a user gets new tokens with."""
        return self._signed(principal, now, 90 * 24 * 3_600, {"aud": self.tenant, "purpose": "refresh"})

    def mint_identity(self, principal: Principal, client_id: str, issuer: str, now: float) -> str:
        """Mint an id token, which tells the client who signed in."""
        claims = {"aud": client_id, "iss": issuer, "ver": "2.0", "name": principal.name, "purpose": "id"}
        return self._signed(principal, now, LIFETIME, claims | {"preferred_username": principal.sign_in})

    def _signed(self, principal: Principal, now: float, lifetime: float, claims: dict[str, Any]) -> str:
        import jwt

        core = {
            "iss": f"https://sts.windows.net/{self.tenant}/",
            "iat": int(now),
            "nbf": int(now),
            "exp": int(now + lifetime),
            "oid": principal.object_id,
            "sub": principal.object_id,
            "tid": self.tenant,
            "appid": principal.app_id or principal.object_id,
            "uti": uuid.uuid4().hex,
        }
        return jwt.encode(core | claims, self.secret, algorithm=_ALGORITHM)

    def read(self, token: str) -> Claims:
        """Read a token whose signature is ours; 401 for one that is forged, cut or not a token at all."""
        known = self.read_before.get(token)
        if known is not None:
            return known
        claims = self._verified(token)
        if len(self.read_before) >= _KEPT:
            self.read_before.clear()
        self.read_before[token] = claims
        return claims

    def trust(self, token: str) -> None:
        """Take a token as read that comes out of the state itself: most processes then never load the JWT library."""
        claims = token.split(".")[1]
        self.read_before[token] = _claims(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))))

    def _verified(self, token: str) -> Claims:
        import jwt

        try:
            return _claims(verified(token, self.secret, [_ALGORITHM]))
        except (jwt.PyJWTError, KeyError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise unauthorized("InvalidAuthenticationToken", "The access token is invalid.") from error


def _claims(said: dict[str, Any]) -> Claims:
    return Claims(
        Caller(str(said["oid"]), str(said["appid"]), str(said["appid"])),
        str(said["tid"]),
        str(said["aud"]),
        float(said["nbf"]),
        float(said["exp"]),
        str(said.get("purpose", "access")),
    )


def verified(token: str, key: Any, algorithms: list[str]) -> dict[str, Any]:
    """Read a JWT whose signature is right; what it claims is for the caller to judge. Raises jwt.PyJWTError."""
    import jwt

    options: Any = {"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
    said: dict[str, Any] = jwt.decode(token, key, algorithms=algorithms, options=options)
    return said


def _kind_claims(principal: Principal) -> dict[str, str]:
    if principal.app_id:
        return {"idtyp": "app", "appidacr": "1"}
    return {"idtyp": "user", "upn": principal.sign_in, "unique_name": principal.sign_in, "name": principal.name}


def unauthorized(code: str, message: str) -> ArmError:
    """Refuse for want of a good token (4.4/1); the edge adds the challenge."""
    return ArmError(401, code, message, gateway=True, fact="4.4/1")


def check(claims: Claims, tenant: str, now: float, *, graph: bool, hosts: frozenset[str]) -> None:
    """Refuse a token that is over, early, of another tenant or meant for somebody else (4.4/1)."""
    if claims.purpose != "access":
        raise unauthorized("InvalidAuthenticationToken", "The access token is invalid.")
    if now >= claims.expires:
        over, clock = moments.at(claims.expires), moments.at(now)
        message = f"The access token expiry UTC time '{over}' is earlier than current UTC time '{clock}'."
        raise unauthorized("ExpiredAuthenticationToken", message)
    if now + _EARLY < claims.not_before:
        message = f"The access token is not valid before UTC time '{moments.at(claims.not_before)}'."
        raise unauthorized("InvalidAuthenticationToken", message)
    if claims.tenant != tenant:
        message = (
            f"The access token is from the wrong issuer 'https://sts.windows.net/{claims.tenant}/'. It must match the "
            f"tenant 'https://sts.windows.net/{tenant}/' associated with this subscription."
        )
        raise unauthorized("InvalidAuthenticationTokenTenant", message)
    if not (for_graph(claims.audience) if graph else _for_arm(claims.audience, hosts)):
        message = f"The access token has been obtained for wrong audience or resource '{claims.audience}'."
        raise unauthorized("InvalidAuthenticationTokenAudience", message)


def for_graph(audience: str) -> bool:
    """Tell whether a token for this audience is one for Microsoft Graph."""
    bare = audience.rstrip("/")
    return bare in _GRAPH or split(bare)[1] == GRAPH_PATH


def _for_arm(audience: str, hosts: frozenset[str]) -> bool:
    name, path = split(audience)
    return path in ("", "/") and (name in _ARM_HOSTS or name in hosts)


def split(address: str) -> tuple[str, str]:
    """Give host, in lower case, and path of an address; what is none has neither."""
    try:
        parts = urlsplit(address)
        return (parts.hostname or "").lower(), parts.path
    except ValueError:
        return "", ""
