"""Error codes about galleries, definitions and versions (facts 4.1, 4.2, 4.3, and 3.9 for their groups)."""

from __future__ import annotations

from typing import Final

from reconciler.live.catalogue.code import FAILED_OPERATION, ErrorCode, Occasion

MENDED_OFFLINE: Final = "`reconciler validate` finds it with file and line; correct the manifest"
CHILDREN_FIRST: Final = "delete what is named in the message first; if it is not yours, have its owner do it"

RESOURCES: Final = (
    ErrorCode(
        "ResourceNotFound",
        "The resource itself is not there. Only this answer, or ParentResourceNotFound, counts as absence.",
        (Occasion("4.1/1", 404, "a gallery, definition or version is read that does not exist", "plan again"),),
    ),
    ErrorCode(
        "ResourceGroupNotFound",
        "The resource group does not exist. Nothing is concluded about what might be in it.",
        (Occasion("4.1/2", 404, "anything is asked of a group that is not there"),),
    ),
    ErrorCode(
        "SubscriptionNotFound",
        "The subscription does not exist, or this sign-in does not see it.",
        (Occasion("3.9/10", 404, "anything is asked of a subscription that is not there for this sign-in"),),
    ),
    ErrorCode(
        "ParentResourceNotFound",
        "What the resource hangs below is missing. For a read that is absence; for a write the parent has to come "
        "first, and right after its creation Azure may still not see it.",
        (Occasion("4.2/3", 404, "something is written or deleted below a gallery or definition that is missing"),),
    ),
    ErrorCode(
        "ResourceGroupBeingDeleted",
        "The whole group is on its way out and takes no more writes.",
        (
            Occasion(
                "3.9/9", 409, "a write into a group whose deletion runs", "wait for its end, create the group again"
            ),
        ),
    ),
    ErrorCode(
        "InvalidResourceNamespace",
        "No resource provider has the name in the address.",
        (Occasion("3.9/8", 404, "a provider is asked for that nobody knows", "is this the right cloud and endpoint?"),),
    ),
    ErrorCode(
        "CannotDeleteResource",
        "Azure deletes nothing that still has children. Its gateway keeps a memory of its own and may refuse for a "
        "while after the last child is gone, so a delete right after its children's is tried again for minutes.",
        (
            Occasion(
                "4.1/3",
                409,
                "a gallery that holds definitions, or a definition that holds versions, is deleted",
                CHILDREN_FIRST,
            ),
            Occasion("4.2/9", 409, "a definition still has versions", CHILDREN_FIRST),
        ),
    ),
    ErrorCode(
        "InvalidParameter",
        "One value of the request is not acceptable; the message and its target name the field.",
        (
            Occasion("4.1/4", 400, "a gallery's name holds a hyphen or another odd character", MENDED_OFFLINE),
            Occasion("4.1/8", 409, "the gallery's name is taken in another group", "choose another name", "not unique"),
            Occasion("4.2/4", 400, "a definition's or version's name breaks the rules for names", MENDED_OFFLINE),
            Occasion("4.2/5", 400, "publisher, offer or sku is empty, too long or holds an odd sign", MENDED_OFFLINE),
            Occasion(
                "4.2/6", 400, "an end-of-life date has passed", "state a future date; a plan refuses it: PastEndOfLife"
            ),
            Occasion("4.2/8", 400, "a recommended minimum is greater than its maximum", MENDED_OFFLINE),
            Occasion("4.3/3", 400, "the version's location is not among its target regions", MENDED_OFFLINE),
            Occasion("4.3/4", 400, "a target region stands twice, perhaps in two spellings", MENDED_OFFLINE),
            Occasion("4.3/5", 400, "a replica count is below 1 or above what the service takes", MENDED_OFFLINE),
            Occasion(
                "4.3/6",
                400,
                "the image, machine or disk a version is made from is missing, or lies in another region",
                "does the source exist, in the version's location? wait until it is finished",
                "source exists",
            ),
            Occasion("4.3/8", 400, "the source is a resource of a type that no version is made from", MENDED_OFFLINE),
            Occasion("4.3/9", 400, "a version names no source, or more than one", MENDED_OFFLINE),
            Occasion("4.3/11", 400, "a version's name is not Major.Minor.Patch", MENDED_OFFLINE),
            Occasion("4.3/19", 400, "more than 256 UEFI keys of type sha256", MENDED_OFFLINE),
        ),
    ),
    ErrorCode(
        "InvalidResourceName",
        "Azure's front door refuses the name before the service sees it.",
        (Occasion("4.1/5", 400, "a name ends with a full stop", MENDED_OFFLINE),),
    ),
    ErrorCode(
        "LocationNotAvailableForResourceType",
        "The region does not exist, is not open to this subscription, or does not offer galleries.",
        (
            Occasion(
                "4.1/6",
                400,
                "a resource is written with such a location",
                "check the spelling of location; ask for access to the region, or choose one the message lists",
            ),
        ),
    ),
    ErrorCode(
        "InvalidResourceLocation",
        "The resource exists in another region, and a location never changes.",
        (
            Occasion(
                "4.1/7",
                409,
                "something is written with another location than it has",
                "restore the old location, or use a new name; a plan refuses the change: Immutable",
            ),
        ),
    ),
    ErrorCode(
        "Conflict",
        "The request contradicts what is there or what is going on.",
        (
            Occasion("4.1/8", 409, "a gallery's name is taken in another group", "choose another name", "not unique"),
            Occasion("4.3/14", 409, "something is written while another write of it runs", "wait for that one's end"),
        ),
    ),
    ErrorCode(
        "NoRegisteredProviderFound",
        "This cloud or region does not offer galleries under the api-version that was asked.",
        (Occasion("4.1/9", 400, "the api-version or the region is not among those of the type"),),
    ),
    ErrorCode(
        "MissingSubscriptionRegistration",
        "The subscription never registered the provider. The reconciler does not do that behind anybody's back.",
        (Occasion("3.9/8", 409, "the first use of galleries in a subscription"),),
    ),
    ErrorCode(
        "PropertyChangeNotAllowed",
        "The write changes a field that never changes once the resource exists; the message names the field. A plan "
        "refuses such a change before anything is written: see Immutable.",
        (
            Occasion(
                "4.2/1",
                409,
                "a definition's osType, osState, hyperVGeneration, architecture, identifier, eula, "
                "privacyStatementUri or purchasePlan; its features without allowUpdateImage",
                "a new definition name, or the old value",
            ),
            Occasion(
                "4.3/1", 409, "a version's source, at once or as a failed operation", "publish the next version number"
            ),
            Occasion(
                "4.3/2",
                409,
                "the storage type of a region that is there already",
                "remove the region and add it again: a plan does so in steps",
            ),
        ),
    ),
    ErrorCode(
        "OperationNotAllowed",
        "Azure uses this code for several things; only its words tell them apart.",
        (
            Occasion(
                "4.2/2",
                409,
                "another definition of the gallery has the same publisher, offer and sku",
                "change one of the three; a rename needs a new triplet while the old one lives",
                "already exists",
            ),
            Occasion(
                "4.3/13",
                409,
                "a version is written whose deletion has begun",
                "wait until it is gone",
                "marked for deletion",
            ),
            Occasion("4.3/14", 409, "a version is written while another write runs", "wait for its end", "in progress"),
            Occasion(
                "4.4/6", 409, "a limit of the subscription is reached", "delete what is old, or ask for more", "quota"
            ),
            Occasion("4.5/1", 429, "compute asks for fewer requests, without the outer `error`", "wait"),
        ),
    ),
    ErrorCode(
        "InvalidRequestContent",
        "The body holds something that cannot be read as what the field takes.",
        (Occasion("4.2/7", 400, "text that is no date stands where a date belongs", MENDED_OFFLINE),),
    ),
    ErrorCode(
        "NotFound",
        "Something the request refers to is not there.",
        (
            Occasion(
                "4.3/6", 404, "the source of a version is missing", "does the source exist, in the version's location?"
            ),
        ),
    ),
    ErrorCode(
        "LinkedInvalidPropertyId",
        "A field that must hold a full resource id holds something else.",
        (Occasion("4.3/10", 400, "a source or another reference is not a full id", MENDED_OFFLINE),),
    ),
    ErrorCode(
        "GalleryReplicationJobsFailed",
        "The version exists, but some regions did not get their replicas; the message names them and why.",
        (
            Occasion(
                "4.3/15",
                FAILED_OPERATION,
                "copying to one or more regions failed",
                "apply again: the version is written once more; if that fails too, take the named regions out, "
                "apply, and add them again",
            ),
        ),
    ),
    ErrorCode(
        "CrpPirReplicationJobsNotCompleted",
        "The older name of GalleryReplicationJobsFailed: a region was not finished.",
        (
            Occasion(
                "4.3/15",
                FAILED_OPERATION,
                "copying to a region did not complete",
                "apply again; else take the region out, apply, and add it again",
            ),
        ),
    ),
    ErrorCode(
        "GallerySourceResourceExceedsMaxSize",
        "The source is larger than full replication copies (2 TB).",
        (
            Occasion(
                "4.3/16",
                FAILED_OPERATION,
                "the operation fails, or a region's details say so",
                "make the disk smaller, or use replicationMode: Shallow in a new version",
            ),
        ),
    ),
    ErrorCode(
        "DeleteGalleryImageVersionBlockedBeforeEndOfLife",
        "The version's own safety switch forbids its delete until its end of life.",
        (
            Occasion(
                "4.3/17",
                409,
                "a version with blockDeletionBeforeEndOfLife is deleted before its endOfLifeDate",
                "wait, or apply blockDeletionBeforeEndOfLife: false first; a plan refuses it: BlockedUntilEndOfLife",
            ),
        ),
    ),
    ErrorCode(
        "GalleryImageNotFound",
        "A machine is made from a version that is not, or not yet, in its region. It meets whoever uses the image.",
        (
            Occasion(
                "4.3/21",
                404,
                "a machine or scale set is created where the version is not Completed",
                "wait for `reconciler status` to say Completed, or add the region to targetRegions",
            ),
        ),
    ),
)
