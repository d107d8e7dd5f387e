"""What the database refuses: what is not there, and what contradicts what is recorded."""

from typing import ClassVar

from reid.errors import BadSettings, Conflict, InputError, NotFound, ReidError


class NoSuchAccount(NotFound, message="no account {account}"): ...


class NameMeansNobody(Conflict, message="no account can be called {name}"): ...


class AccountNameTaken(Conflict, message="there is an account {name} already"): ...


class FirstAccountIsAdmin(
    Conflict, message="the first account must have the role admin: it makes the others"
): ...


class LastAdmin(
    Conflict, message="this is the last active admin: make another account admin first"
): ...


class NoSuchSession(NotFound, message="no session {session} of this account"): ...


class NoSuchToken(NotFound, message="no token {token} of this account"): ...


class UndoneAlready(Conflict, message="change {change} is undone already: look at the history"): ...


class NoSuchChange(NotFound, message="no change {change}"): ...


class LocalOfAnotherRelease(
    BadSettings,
    message="{path} was not written by this release: delete it, and run leopard-reid calibrate "
    "--apply again if llrs are to be adjusted",
): ...


class NoCertificate(
    NotFound, message="this catalogue has no certificate: leopard-reid certify makes one"
): ...


class CertificateOfAnotherRelease(
    BadSettings,
    message="{path} is no certificate of this release, or was changed after it was made: delete "
    "it, and run leopard-reid certify again",
): ...


class NoSuchPair(NotFound, message="no pair {pair} was put up for review"): ...


class PairWasAnswered(
    Conflict, message="pair {pair} was answered already: whether it is blind cannot change any more"
): ...


class PairWithItself(
    InputError, message="encounter {encounter} cannot be a pair with itself: name two encounters"
): ...


class NoAnswerToTakeBack(Conflict, message="there is no answer of {observer} to take back"): ...


class NoSuchIdentity(NotFound, message="no identity {identity}"): ...


class IdentityMergedAway(
    Conflict, message="{name} was merged into {into}: decide same as {into}"
): ...


class IdentityNameTaken(
    Conflict, message="an identity is already called {name}: choose another name, or decide same"
): ...


class NoSuchUpload(NotFound, message="no upload {upload}"): ...


class NoSuchArrivingFile(
    NotFound,
    code="arriving_file_gone",
    message="no file {file} is arriving: it was broken off, or its time is over; begin it again",
): ...


class AnotherOffset(
    Conflict,
    code="another_offset",
    message="{bytes} bytes of this file are here, not {stated}: go on from there",
): ...


class NotHereWhole(
    Conflict,
    code="not_here_whole",
    message="{bytes} of {announced} bytes of this file are here: send the rest first",
): ...


class OtherBytesArrived(
    Conflict,
    code="other_bytes_arrived",
    message="the bytes that arrived are not those that were announced: send the file again",
): ...


class TakenMeanwhile(Conflict, message="file {file} was taken in meanwhile: ask again"): ...


class PhotoFileMissing(NotFound, message="the file of photo {photo} is missing"): ...


class PhotoFileChanged(
    NotFound,
    code="photo_file_changed",
    message="the file of photo {photo} is damaged, its bytes are no longer those that were "
    "uploaded: upload the same photo again",
): ...


class NoSuchPhoto(NotFound, message="no photo {photo}"): ...


class NotACopy(Conflict, message="photo {photo} is no copy of another one"): ...


class NoSuchAnnotation(NotFound, message="no annotation {annotation}"): ...


class MarkedMeanwhile(
    Conflict, message="somebody marked photo {annotation} meanwhile: look at it again, then mark it"
): ...


class ApprovedAlready(Conflict, message="photo {annotation} is approved already"): ...


class RefusedAlready(Conflict, message="photo {annotation} is refused already"): ...


class UnmarkedAlready(Conflict, message="photo {annotation} is unmarked already"): ...


class NoSuchBurst(NotFound, message="no frames were put together over annotation {annotation}"): ...


class NoSuchQuestion(NotFound, message="no question {question}"): ...


class TwoAnimalsOfOneFrame(
    Conflict, message="photo {file} shows two animals: they cannot be in one encounter"
): ...


class IdentitiesDiffer(
    Conflict,
    message="encounter {one} is decided to be {name}, and encounter {other} to be {other_name}: "
    "withdraw one of the decisions first",
): ...


class DecisionWouldBeLost(
    Conflict,
    message="encounter {encounter} is decided to be {name}, and no photo would be left in it: "
    "withdraw that decision first",
): ...


class NoSuchDecision(NotFound, message="no decision {decision}"): ...


class NoSuchEncounter(NotFound, message="no encounter {encounter}"): ...


class DecidedMeanwhile(
    Conflict, message="somebody decided meanwhile: look at the newest decision first"
): ...


class NothingToWithdraw(Conflict, message="there is no decision to withdraw"): ...


class SameNeedsIdentity(NotFound, message="the decision same needs an identity"): ...


class CaseNameTaken(Conflict, message="a case is already called {name}: choose another name"): ...


class NoSuchCase(NotFound, message="no case {case}"): ...


class CaseIsFull(Conflict, message="a case holds at most {limit} encounters"): ...


class NotInCase(NotFound, message="no encounter {encounter} in case {case}"): ...


class CaseIsClosed(Conflict, message="case {case} is closed: open it again first"): ...


class NoSuchStation(NotFound, message="no station {station}"): ...


class NoSuchDeployment(NotFound, message="no deployment {deployment}"): ...


class NoSuchClock(NotFound, message="no clock {clock}"): ...


class DeploymentNameTaken(
    Conflict, message="a deployment is already called {name}: choose another name"
): ...


class DeploymentEndsBeforeItStarts(
    InputError, message="the deployment ends at {end}, before it starts at {start}"
): ...


class DeploymentsOverlap(
    Conflict,
    message="{camera} stood at {station} at that time already, by deployment {other}: end that one "
    "first, or correct the dates",
): ...


class ClockUndoneAlready(Conflict, message="clock {clock} is undone already"): ...


class NoSuchCorrection(NotFound, message="no correction {correction}"): ...


class NoPhotoLeft(
    NotFound,
    message="no photo is left in encounter {encounter}: they were withdrawn or belong to another "
    "one now",
): ...


class StorageTrouble(
    ReidError,
    code="storage_trouble",
    message="the storage of the catalogue cannot be used at the moment: its disk or its "
    "connection fails",
):
    """Disk or database cannot do their work now; the same request may succeed later."""

    retry_s: ClassVar[int] = 60


class DiskFull(
    StorageTrouble,
    code="storage_full",
    message="the disk is full: make room, then try again",
): ...


class TooMuchArriving(
    StorageTrouble,
    code="too_much_arriving",
    message="photos of {bytes} bytes have not arrived whole yet, and there is room for {limit}: "
    "send their rest first, or wait until their time is over",
): ...


class StorageReadOnly(
    StorageTrouble,
    code="storage_read_only",
    message="the storage cannot be written: give the service the right to write there, then try "
    "again",
): ...


class PhotoStoreGone(
    StorageTrouble,
    code="photo_store_gone",
    message="the photo store is not there: mount it, then try again",
): ...


class PhotoStoreUnreachable(
    StorageTrouble,
    code="photo_store_unreachable",
    message="the photo store does not answer: try again in a moment, and look whether it runs",
):
    """An object store that is down, or that refuses."""

    retry_s = 5


class DatabaseBusy(
    StorageTrouble,
    code="database_busy",
    message="the database is busy: try again in a moment",
):
    """Somebody else holds it."""

    retry_s = 5


class DatabaseUnreachable(
    StorageTrouble,
    code="database_unreachable",
    message="the database does not answer: try again in a moment, and look whether it runs",
):
    """No connection."""

    retry_s = 5


class DatabaseDamaged(
    StorageTrouble,
    code="database_damaged",
    message="the database is damaged: stop the service, then put a backup back with leopard-reid "
    "restore",
): ...


class CannotOpen(ReidError, code="cannot_open", message="{database}: {why} ({reason})"): ...


class FolderCannotBeMade(
    ReidError,
    code="cannot_open",
    message="its folder cannot be made: name another one with --data-dir or REID_DATA_DIR",
): ...


class DatabaseUrlCannotWork(
    BadSettings,
    message="REID_DATABASE_URL cannot be used ({reason}): write sqlite:///PATH, or "
    "postgresql+psycopg://USER@HOST/NAME after pip install '.[postgresql]'",
): ...


class PhotosUrlCannotWork(
    BadSettings,
    message="REID_PHOTOS_URL cannot be used ({reason}): write a path, or an address such as "
    "s3://BUCKET/FOLDER after installing the package that fsspec names for it",
): ...


class SchemaIsNewer(
    ReidError,
    code="schema_newer",
    message="{database} has the schema {revision} of a newer release, and this one knows up to "
    "{newest}: install the newer release again; a schema is never turned back",
): ...


class NoDatabaseBesidePhotos(
    ReidError,
    code="catalogue_mismatch",
    message="{database} is empty or missing, but the photo store {photos} holds the photos of a "
    "catalogue: put the database back, with leopard-reid restore, or name another photo store",
): ...


class NoPhotosBesideDatabase(
    ReidError,
    code="catalogue_mismatch",
    message="{database} names {count} photos, but the photo store {photos} is empty: mount it, or "
    "put the photos back with leopard-reid restore",
): ...


class PhotosOfAnotherCatalogue(
    ReidError,
    code="catalogue_mismatch",
    message="the photo store {photos} belongs to another catalogue than {database}: name the "
    "two that belong together",
): ...


class RestoreWasBrokenOff(
    ReidError,
    code="restore_broken_off",
    message="a restore of {folder} was broken off: leopard-reid restore --back puts back what was "
    "there before",
): ...
