"""Why a file, or an upload, is not accepted."""

from reid.errors import BadDataset, Conflict, ImageTooLarge, InputError, UnreadableImage
from reid.sentences import Sentence
from service.web.errors import NothingAccepted, TooManyFiles


class FileIsEmpty(UnreadableImage, message="the file is empty"): ...


class TooManyBytes(ImageTooLarge, message="{bytes} bytes; at most {limit} a photo"): ...


class FileRefused(Sentence, message="{file}: {why}"): ...


class NoFileAccepted(NothingAccepted, joint="; ", message="{files}"): ...


class FilesInOneWay(
    InputError,
    code="invalid_request",
    message="send one file or more as files, or name one that arrived in pieces: one of the two",
): ...


class BadUploadMetadata(
    InputError,
    code="bad_input",
    message="Upload-Metadata is a list of keys, each with its value in base64; sha256 is 64 "
    "hexadecimal digits",
): ...


class OtherTusVersion(
    Sentence, code="other_tus_version", message="the header Tus-Resumable has to be 1.0.0"
): ...


class OffsetStreamNeeded(
    Sentence,
    code="unsupported_media_type",
    message="the bytes of a file are sent as application/offset+octet-stream",
): ...


class TableTooLong(BadDataset, message="the table has more than {limit} bytes"): ...


class TooManyFilesAtOnce(TooManyFiles, message="at most {limit} files at once, not {files}"): ...


class PhotoWasErased(
    Conflict,
    code="photo_erased",
    message="photo {photo} was erased on {day}: what was said of it is all that is left",
): ...


class SuchPhotoWasErased(
    InputError, code="photo_erased", message="this photo was erased on {day} and is not taken again"
): ...


class PhotoIsWithdrawn(
    Conflict,
    code="photo_withdrawn",
    message="photo {photo} is withdrawn: restore it on its page first",
): ...


class SuchPhotoIsWithdrawn(
    Sentence,
    code="photo_withdrawn",
    message="this photo was withdrawn by {person} on {day}: restore it on its page to use it again",
): ...


class WithdrawnAlready(Conflict, message="this is withdrawn already: nothing to do"): ...


class NotWithdrawn(Conflict, message="this is not withdrawn: nothing to restore"): ...


class CorrectedMeanwhile(
    Conflict, message="somebody corrected this photo meanwhile: look at it again, then correct it"
): ...


class ChangedSince(
    Conflict,
    message="{field} was changed again since, by correction {later}: undo that one first",
): ...


class CannotBeUndone(
    Conflict, message="correction {correction} cannot be undone: what it erased is gone"
): ...


class CannotBeUndoneHere(
    Conflict, message="correction {correction} changed {field}, which is not undone here"
): ...


class BadZone(
    InputError,
    code="bad_zone",
    message="the zone is an offset such as +06:00, or unknown; not {zone}",
): ...


class ZoneStatedTwice(
    BadZone, message="the time says the zone {in_time}, and the zone is stated as {zone}: state one"
): ...


class HalfPosition(
    InputError, code="bad_input", message="a position is latitude and longitude: state both or none"
): ...


class NobodyChosen(
    InputError,
    code="nothing_chosen",
    message="choose photos in one way: a list, an upload, a station or an encounter",
): ...


class NothingStated(InputError, code="bad_input", message="nothing is stated to correct"): ...


class TimeAndShift(
    InputError, code="bad_input", message="state a time, or by how much times are shifted: not both"
): ...


class NobodyNamed(
    Conflict, message="no encounter of this upload waits for a decision on one named individual"
): ...


class NothingToSetAside(Conflict, message="nothing here is unreadable: nothing to set aside"): ...


class NumberExpected(
    InputError, code="bad_input", message="{text} is no number of degrees up to {most}"
): ...
