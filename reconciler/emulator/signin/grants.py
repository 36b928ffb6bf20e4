"""The token endpoint: an application's secret or certificate, a user's password, or a refresh token, for a token.

Errors have the form of the sign-in service, not ARM's: `error`, `error_description` with its AADSTS number.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconciler.emulator.answers import Answer, ArmError, compacted
from reconciler.emulator.signin import documents
from reconciler.emulator.signin.tokens import LIFETIME, split, verified

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.emulator.settings import Principal
    from reconciler.emulator.signin.directory import Directory
    from reconciler.emulator.signin.tokens import Tokens

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_OPENID = frozenset({"openid", "profile", "email", "offline_access"})
_LEEWAY = 300.0


class GrantError(Exception):
    """A refusal in the form of the sign-in service."""

    def __init__(self, status: int, error: str, number: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.number = number


@dataclass(frozen=True, slots=True)
class Desk:
    """Where tokens are asked for: who is known, who mints, and what time it is."""

    directory: Directory
    tokens: Tokens
    now: float
    origin: str
    hosts: frozenset[str]


def grant(desk: Desk, tenant: str, sent: Mapping[str, str]) -> Answer:
    """Answer POST of a token request, in the form of both generations (`scope`, formerly `resource`)."""
    try:
        _check_tenant(desk, tenant)
        audience = _audience(sent)
        match sent.get("grant_type", ""):
            case "client_credentials":
                return _application(desk, tenant, sent, audience)
            case "password":
                return _for_user(desk, _by_password(desk, sent), sent, audience)
            case "refresh_token":
                return _for_user(desk, _by_refresh(desk, sent), sent, audience)
            case other:
                message = f"The app requested an unsupported grant type '{other}'."
                raise GrantError(400, "unsupported_grant_type", 70003, message)  # noqa: TRY301 - one form for all refusals
    except GrantError as error:
        return _refused(error)


def _check_tenant(desk: Desk, tenant: str) -> None:
    if tenant.lower() not in (desk.tokens.tenant.lower(), "common", "organizations"):
        message = f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."
        raise GrantError(400, "invalid_request", 90002, message)


def _audience(sent: Mapping[str, str]) -> str:
    wanted = [scope for scope in sent.get("scope", "").split() if scope not in _OPENID]
    if not wanted and not sent.get("resource"):
        message = "The request body must contain the following parameter: 'scope'."
        raise GrantError(400, "invalid_request", 900144, message)
    return sent.get("resource") or wanted[0].rpartition("/")[0]


def _application(desk: Desk, tenant: str, sent: Mapping[str, str], audience: str) -> Answer:
    app_id = sent.get("client_id", "")
    application = desk.directory.application(app_id)
    if application is None:
        message = f"Application with identifier '{app_id}' was not found in the directory '{tenant}'."
        raise GrantError(400, "unauthorized_client", 700016, message)
    if "client_assertion" in sent:
        _check_assertion(desk, tenant, application, sent)
    elif not application.secret or not _same(application.secret, sent.get("client_secret", "")):
        message = f"Invalid client secret provided for app '{app_id}'."
        raise GrantError(401, "invalid_client", 7000215, message)
    return _granted({"access_token": desk.tokens.mint(application, audience, desk.now)})


def _same(known: str, given: str) -> bool:
    return hmac.compare_digest(known.encode(), given.encode())


def _check_assertion(desk: Desk, tenant: str, application: Principal, sent: Mapping[str, str]) -> None:
    """Check a client assertion: signed with the application's certificate, for this endpoint, and not over."""
    import jwt
    from cryptography import x509

    if sent.get("client_assertion_type") != _ASSERTION or not application.certificate:
        raise _bad_assertion(application)
    certificate = x509.load_pem_x509_certificate(application.certificate.encode())
    try:
        said = verified(sent["client_assertion"], certificate.public_key(), ["RS256", "PS256"])
        in_time = desk.now < float(said["exp"]) + _LEEWAY and float(said.get("nbf", 0)) < desk.now + _LEEWAY
        own = said["iss"] == said["sub"] == application.app_id
    except (jwt.PyJWTError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise _bad_assertion(application) from error
    host, path = split(str(said.get("aud", "")))
    aimed = host in desk.hosts and path in (f"/{tenant}/oauth2/v2.0/token", f"/{tenant}/oauth2/token")
    if not (in_time and own and aimed):
        raise _bad_assertion(application)


def _bad_assertion(application: Principal) -> GrantError:
    message = (
        f"The client assertion of app '{application.app_id}' failed the validation of its signature or its claims."
    )
    return GrantError(401, "invalid_client", 700027, message)


def _by_password(desk: Desk, sent: Mapping[str, str]) -> Principal:
    user = desk.directory.user(sent.get("username", ""))
    if user is None:
        message = f"The user account '{sent.get('username', '')}' does not exist in the directory."
        raise GrantError(400, "invalid_grant", 50034, message)
    if not user.secret or not _same(user.secret, sent.get("password", "")):
        raise GrantError(
            400, "invalid_grant", 50126, "Error validating credentials due to invalid username or password."
        )
    return user


def _by_refresh(desk: Desk, sent: Mapping[str, str]) -> Principal:
    try:
        claims = desk.tokens.read(sent.get("refresh_token", ""))
    except ArmError as error:
        raise GrantError(400, "invalid_grant", 9002313, "The refresh token is malformed.") from error
    user = desk.directory.get(claims.caller.object_id)
    if claims.purpose != "refresh" or claims.tenant != desk.tokens.tenant or user is None:
        raise GrantError(400, "invalid_grant", 9002313, "The refresh token is malformed.")
    if desk.now >= claims.expires:
        raise GrantError(400, "invalid_grant", 700082, "The refresh token has expired due to inactivity.")
    return user


def _for_user(desk: Desk, user: Principal, sent: Mapping[str, str], audience: str) -> Answer:
    issuer = documents.issuer(desk.origin, desk.tokens.tenant)
    body = {
        "access_token": desk.tokens.mint(user, audience, desk.now),
        "refresh_token": desk.tokens.mint_refresh(user, desk.now),
        "id_token": desk.tokens.mint_identity(user, sent.get("client_id", ""), issuer, desk.now),
        "client_info": _encoded({"uid": user.object_id, "utid": desk.tokens.tenant}),
        "scope": sent.get("scope", ""),
        "foci": "1",
    }
    return _granted(body)


def _encoded(value: Mapping[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _granted(body: dict[str, Any]) -> Answer:
    whole = {"token_type": "Bearer", "expires_in": LIFETIME, "ext_expires_in": LIFETIME, **body}
    return compacted(200, whole, {"Cache-Control": "no-store, no-cache"})


def no_browser() -> Answer:
    """Refuse what would need somebody in front of a browser."""
    message = "Only applications sign in to the emulator: use a client secret or a certificate."
    return _refused(GrantError(400, "unauthorized_client", 700016, message))


def _refused(error: GrantError) -> Answer:
    trace = hashlib.sha256(str(error).encode()).hexdigest()[:32]
    body = {
        "error": error.error,
        "error_description": f"AADSTS{error.number}: {error} Trace ID: {trace}",
        "error_codes": [error.number],
        "trace_id": trace,
        "correlation_id": trace,
    }
    return compacted(error.status, body)
