"""Why a neighbour's file cannot be kept, shown or compared."""

from reid.errors import BadSettings, Conflict, InputError, NotFound


class NoSuchNeighbour(
    NotFound, message="no file of a neighbour {neighbour}: leopard-reid signatures list shows them"
): ...


class NeighbourOfAnotherRelease(
    BadSettings,
    message="{path} was not written by this release: delete it, and import the file again",
): ...


class OwnFile(
    InputError,
    message="this file was signed with the key of this catalogue: import the neighbour's, not "
    "your own",
): ...


class NotComparedYet(
    Conflict, message="the file is not compared with this catalogue yet: ask again later"
): ...


class NoSuchIdentityName(NotFound, message="no identity {name} has a photo to pass on"): ...


class SignaturesFileThere(
    BadSettings, message="{path} is there already: name a new file for the signatures"
): ...
