"""What the database refuses: what is not there, and what contradicts what is recorded."""

from reid.errors import BadSettings, Conflict, InputError, NotFound


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


class PhotoFileMissing(NotFound, message="the file of photo {photo} is missing"): ...


class NoSuchPhoto(NotFound, message="no photo {photo}"): ...


class NotACopy(Conflict, message="photo {photo} is no copy of another one"): ...


class NoSuchAnnotation(NotFound, message="no annotation {annotation}"): ...


class MarkedMeanwhile(
    Conflict, message="somebody marked photo {annotation} meanwhile: look at it again, then mark it"
): ...


class ApprovedAlready(Conflict, message="photo {annotation} is approved already"): ...


class RefusedAlready(Conflict, message="photo {annotation} is refused already"): ...


class UnmarkedAlready(Conflict, message="photo {annotation} is unmarked already"): ...


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
