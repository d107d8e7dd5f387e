"""Why a file of signatures cannot be made, or not be used."""

from reid.errors import BadSettings, InputError


class NotSignatures(
    InputError,
    message="this is no file of signatures: ask for one made by leopard-reid signatures export",
): ...


class SignaturesOfNewerForm(
    InputError,
    message="the file is of form {form}, and this release reads form {ours}: install a newer "
    "release of leopard-reid",
): ...


class SignaturesCutOff(
    InputError,
    message="the file is cut off after {present} of {expected} bytes: copy or send it again",
): ...


class SignaturesChanged(
    InputError,
    message="the file was changed or damaged after it was signed: ask for it again, and trust "
    "nothing in this one",
): ...


class SignaturesTooLarge(
    InputError,
    message="the file would unpack to {size:,} bytes, and {most:,} are read: ask for fewer photos "
    "of each flank",
): ...


class SignaturesDamaged(
    InputError,
    message="the file is signed, but its content does not have the documented form ({fault}): ask "
    "which program made it",
): ...


class SignaturesOfAnotherModel(
    InputError,
    message="the file holds features of {theirs}, and this catalogue those of {ours}: both sides "
    "need the same model, so update the older one and export again",
): ...


class AnotherFingerprint(
    InputError,
    message="the file was signed with the key {fingerprint}, and not with the one you were told: "
    "ask the neighbour again, the file may be somebody else's",
): ...


class NotAFingerprint(
    InputError,
    message="a fingerprint has {digits} digits, not {count}: ask for all groups of it",
): ...


class AreaTooFine(
    BadSettings,
    message="the area {area} reads like a position: name a region, or a cell of one degree such "
    "as N43E054",
): ...


class NoSuchArea(
    BadSettings,
    message="an area is one line of 1 to {most} letters, or a cell of one degree such as N43E054",
): ...


class NoSuchContact(
    BadSettings, message="a contact is one line of up to {most} letters, such as a telephone number"
): ...


class NothingToPassOn(
    InputError,
    message="no identity has a described photo that shows an animal well enough: decide on "
    "encounters first",
): ...


class KeyUnreadable(
    BadSettings,
    message="{path} holds no key: restore it from a backup, or delete it to make another one, and "
    "tell your neighbours the new fingerprint",
): ...


class NothingToCompareWith(
    InputError,
    message="the own catalogue has no identity with a described photo: decide on encounters first",
): ...
