"""Error codes about who may what and how often, about role assignments, and about Azure's own troubles.

Facts 4.4, 4.5 and 5; codes that all of ARM shares stand here too.
"""

from __future__ import annotations

from typing import Final

from reconciler.kinds.role_assignment import GRANTER, PUBLISHER
from reconciler.live.catalogue.code import FAILED_OPERATION, ErrorCode, Occasion

SIGN_IN: Final = "sign in again; is the clock right, and is this the cloud the sign-in is for?"

RIGHTS: Final = (
    ErrorCode(
        "InvalidAuthenticationToken",
        "Azure does not accept the token: it is broken, or made for somewhere else.",
        (Occasion("4.4/1", 401, "any request with such a token", SIGN_IN),),
    ),
    ErrorCode(
        "ExpiredAuthenticationToken",
        "The token was good and is too old now.",
        (Occasion("4.4/1", 401, "any request with such a token", SIGN_IN),),
    ),
    ErrorCode(
        "AuthenticationFailed",
        "No token, or none that says who is asking.",
        (Occasion("4.4/1", 401, "any request without a token that counts", SIGN_IN),),
    ),
    ErrorCode(
        "AuthorizationFailed",
        "Azure knows who is asking, and that one may not do this; the message names the action and the scope.",
        (
            Occasion(
                "4.4/2",
                403,
                "the sign-in has no role that allows the action, or got it minutes ago",
                f"planning needs Reader on the group, applying {PUBLISHER}; a fresh grant takes up to ten minutes",
            ),
            Occasion(
                "5/17",
                403,
                "a role assignment is written without the right to",
                f"grant User Access Administrator or {GRANTER} on the scope",
            ),
        ),
    ),
    ErrorCode(
        "LinkedAuthorizationFailed",
        "The sign-in may write the resource, but not use what it refers to.",
        (
            Occasion(
                "4.4/3",
                403,
                "a source, disk encryption set or image lies in another tenant or beyond the sign-in's rights",
                "grant read on the source (write, where it is a machine or disk), or use a source within reach",
            ),
        ),
    ),
    ErrorCode(
        "RequestDisallowedByPolicy",
        "An Azure Policy of the organisation forbids the resource as it is declared; the message names the policy.",
        (
            Occasion(
                "4.4/4",
                403,
                "a write whose region, tags or settings a policy denies",
                "declare what the policy asks for, or have its owner exempt the group",
            ),
        ),
    ),
    ErrorCode(
        "ScopeLocked",
        "A lock on the resource, or above it, forbids the request; the message names the locked scope.",
        (
            Occasion(
                "4.4/5",
                409,
                "a delete under a CanNotDelete lock, any write under a ReadOnly lock",
                "have the lock's owner remove it, or take the resource out of the run",
            ),
            Occasion(
                "5/18",
                409,
                "a role assignment is deleted on a locked scope",
                "have the lock's owner remove it: revoking is a delete too",
            ),
        ),
    ),
    ErrorCode(
        "QuotaExceeded",
        "A limit of the subscription is reached (facts 6/1 to 6/4).",
        (
            Occasion(
                "4.4/6",
                409,
                "one more gallery, definition, version or replica than the subscription has room for",
                "delete what is old, use another region or subscription, or ask Azure for more",
            ),
        ),
    ),
    ErrorCode(
        "TooManyRequests",
        "Too many requests of one group in its window of 3 or 30 minutes.",
        (
            Occasion(
                "4.5/1",
                429,
                "compute counts the requests of a group, such as version writes",
                "wait; fewer workers, fewer runs at the same time",
            ),
        ),
    ),
    ErrorCode(
        "SubscriptionRequestsThrottled",
        "ARM itself asks for fewer requests from this sign-in in this subscription.",
        (Occasion("4.5/1", 429, "the reads, writes or deletes of the subscription are used up", "wait"),),
    ),
    ErrorCode(
        "BadRequestFormat",
        "Azure cannot read the request at all.",
        (
            Occasion(
                "4.4/7",
                400,
                "a role assignment's role is a bare GUID, not a full id",
                "a fault of the sender: report it",
            ),
            Occasion("5/15", 400, "the body is no role assignment", "a fault of the sender: report it"),
        ),
    ),
)

ASSIGNMENTS: Final = (
    ErrorCode(
        "RoleAssignmentNotFound",
        "The role assignment is not there, or not visible yet: a fresh one can stay hidden for a while.",
        (Occasion("5/5", 404, "an assignment is read that does not exist", "plan again"),),
    ),
    ErrorCode(
        "RoleAssignmentUpdateNotPermitted",
        "Principal and scope of an assignment never change.",
        (
            Occasion(
                "5/9",
                400,
                "an assignment's name is used for another principal or scope",
                "a principal made anew has a new id: delete the old assignment first, then plan again",
            ),
        ),
    ),
    ErrorCode(
        "RoleAssignmentExists",
        "The same role is already granted to the same principal at the same scope, under another name.",
        (
            Occasion(
                "5/11",
                409,
                "somebody else granted it since the plan was made",
                "nothing where it says the same: the action is done (SatisfiedByOther); else declare it as it is",
            ),
        ),
    ),
    ErrorCode(
        "PrincipalNotFound",
        "The directory does not know the principal. A fresh one may take minutes to be known everywhere, so this is "
        "tried again for a short time only.",
        (
            Occasion(
                "5/12",
                400,
                "access is granted to somebody the directory does not have, or not yet",
                "check principal.id (the object id, not the application id); apply again in some minutes",
            ),
        ),
    ),
    ErrorCode(
        "UnmatchedPrincipalType",
        "The directory says that the principal is of another type than declared.",
        (Occasion("5/13", 400, "principal.type is not true", "state the type that the message names"),),
    ),
    ErrorCode(
        "RoleDefinitionDoesNotExist",
        "No role has that id in this subscription.",
        (
            Occasion(
                "5/14",
                400,
                "a role is granted that does not exist",
                "check the GUID, and where the role may be assigned",
            ),
        ),
    ),
    ErrorCode(
        "InvalidRoleAssignmentId",
        "The name or address of the assignment cannot be one.",
        (Occasion("5/15", 400, "an assignment is addressed in a way Azure does not know", "a fault: report it"),),
    ),
    ErrorCode(
        "RoleAssignmentLimitExceeded",
        "The subscription holds as many role assignments as it can (4000).",
        (
            Occasion(
                "5/16",
                400,
                "one more assignment is granted",
                "grant to groups instead of people; remove old assignments",
            ),
        ),
    ),
)

TROUBLES: Final = (
    ErrorCode(
        "InternalServerError",
        "Azure failed, not the request.",
        (Occasion("3.2/3", 500, "at any time", "if it stays: Azure's status page, and support with x-ms-request-id"),),
    ),
    ErrorCode(
        "RetryableError",
        "Azure failed in a way that it expects to pass.",
        (Occasion("3.2/3", FAILED_OPERATION, "an operation fails for the moment", "apply again if it stays"),),
    ),
    ErrorCode(
        "AnotherOperationInProgress",
        "Something else is writing the resource right now.",
        (Occasion("4.3/14", 409, "a second write of the same resource", "wait for the first"),),
    ),
    ErrorCode(
        "InvalidSubscriptionId",
        "What stands where the subscription belongs is no subscription id.",
        (Occasion("3.9/10", 400, "a subscription that is not a GUID"),),
    ),
    ErrorCode(
        "InvalidApiVersionParameter",
        "ARM does not know the api-version at all.",
        (Occasion("4.1/9", 400, "an api-version nobody has"),),
    ),
    ErrorCode(
        "InvalidResourceType",
        "This cloud does not know the type under the api-version that was asked.",
        (Occasion("4.1/9", 400, "a type that the api-version does not have"),),
    ),
)
