"""What the database refuses: what is not there, and what contradicts what is recorded."""

from reid.errors import BadSettings, Conflict, InputError, NotFound


class NoSuchAccount(NotFound):
    """No account has that number."""

    message = "no account {account}"


class NameMeansNobody(Conflict):
    """The name that stands for nobody is asked for."""

    message = "no account can be called {name}"


class AccountNameTaken(Conflict):
    """An account has that name, in any capitals."""

    message = "there is an account {name} already"


class FirstAccountIsAdmin(Conflict):
    """The first account is to be a lesser one."""

    message = "the first account must have the role admin: it makes the others"


class LastAdmin(Conflict):
    """Nobody could make accounts any more."""

    message = "this is the last active admin: make another account admin first"


class NoSuchSession(NotFound):
    """The account has no login of that number."""

    message = "no session {session} of this account"


class NoSuchToken(NotFound):
    """The account has no token of that number."""

    message = "no token {token} of this account"


class UndoneAlready(Conflict):
    """A change was undone before."""

    message = "change {change} is undone already: look at the history"


class NoSuchChange(NotFound):
    """No change of an identity has that number."""

    message = "no change {change}"


class LocalOfAnotherRelease(BadSettings):
    """The file of the local calibration has another form."""

    message = (
        "{path} was not written by this release: delete it, and run leopard-reid calibrate --apply "
        "again if llrs are to be adjusted"
    )


class NoSuchPair(NotFound):
    """No pair of the review room has that number."""

    message = "no pair {pair} was put up for review"


class PairWasAnswered(Conflict):
    """Answers given blind and others would be mixed."""

    message = "pair {pair} was answered already: whether it is blind cannot change any more"


class PairWithItself(InputError):
    """A pair names one encounter twice."""

    message = "encounter {encounter} cannot be a pair with itself: name two encounters"


class NoAnswerToTakeBack(Conflict):
    """The observer has no answer that counts."""

    message = "there is no answer of {observer} to take back"


class NoSuchIdentity(NotFound):
    """No identity has that number."""

    message = "no identity {identity}"


class IdentityMergedAway(Conflict):
    """A decision names an identity that was merged into another."""

    message = "{name} was merged into {into}: decide same as {into}"


class IdentityNameTaken(Conflict):
    """A new identity gets a name that another has."""

    message = "an identity is already called {name}: choose another name, or decide same"


class NoSuchUpload(NotFound):
    """No upload has that number."""

    message = "no upload {upload}"


class PhotoFileMissing(NotFound):
    """The database knows a photo whose file is gone."""

    message = "the file of photo {photo} is missing"


class NoSuchPhoto(NotFound):
    """No photo has that hash."""

    message = "no photo {photo}"


class NoSuchAnnotation(NotFound):
    """No annotation has that number."""

    message = "no annotation {annotation}"


class MarkedMeanwhile(Conflict):
    """Somebody marked the photo after it was looked at."""

    message = "somebody marked photo {annotation} meanwhile: look at it again, then mark it"


class ApprovedAlready(Conflict):
    """A photo is to be approved twice."""

    message = "photo {annotation} is approved already"


class RefusedAlready(Conflict):
    """A photo is to be refused twice."""

    message = "photo {annotation} is refused already"


class UnmarkedAlready(Conflict):
    """There is no mark to take back."""

    message = "photo {annotation} is unmarked already"


class NoSuchDecision(NotFound):
    """No decision has that number."""

    message = "no decision {decision}"


class NoSuchEncounter(NotFound):
    """No encounter has that number or name."""

    message = "no encounter {encounter}"


class DecidedMeanwhile(Conflict):
    """Somebody decided after the encounter was looked at."""

    message = "somebody decided meanwhile: look at the newest decision first"


class NothingToWithdraw(Conflict):
    """The encounter has no decision that counts."""

    message = "there is no decision to withdraw"


class SameNeedsIdentity(NotFound):
    """A decision "same" says not as whom."""

    message = "the decision same needs an identity"


class CaseNameTaken(Conflict):
    """A case gets a name that another has."""

    message = "a case is already called {name}: choose another name"


class NoSuchCase(NotFound):
    """No case has that number or name."""

    message = "no case {case}"


class CaseIsFull(Conflict):
    """A case would hold more encounters than can be compared."""

    message = "a case holds at most {limit} encounters"


class NotInCase(NotFound):
    """The case does not hold that encounter."""

    message = "no encounter {encounter} in case {case}"


class CaseIsClosed(Conflict):
    """A closed case is to change."""

    message = "case {case} is closed: open it again first"
