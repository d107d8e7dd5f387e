"""Why somebody is not let in, or may not do what was asked."""

from reid.errors import Conflict, NotFound
from reid.sentences import Sentence
from service.accounts.passwords import WeakPassword
from service.web.errors import WrongLogin


class PresentPasswordWrong(WrongLogin):
    """Whoever changes a password does not know the present one."""

    message = "the present password is wrong"


class LoginHasEnded(WrongLogin):
    """The session ended while its owner was typing."""

    message = "your login has ended: log in again"


class PasswordUnchanged(WeakPassword):
    """The new password is the old one."""

    message = "the new password is the present one: choose another"


class TokenAboveRole(Conflict):
    """A token would do more than its owner."""

    message = "a token cannot do more than you: {role} at most"


class NoAccountsYet(Conflict):
    """A single user has no account that could have tokens."""

    message = "there are no accounts yet: make the first one on the page /accounts"


class NoAccountNamed(NotFound):
    """A command names an account that is not there."""

    message = "no account {name}: leopard-reid account list shows all"


class RouteOfNobody(Sentence):
    """No role was given this route."""

    code = "forbidden"
    message = "nobody was given this route"


class LoginOnly(Sentence):
    """A program asks for what only people may do."""

    code = "forbidden"
    message = "a token cannot do this: log in with your password"


class RightsChanged(Sentence):
    """Another role, or none, by the time a body was there."""

    code = "forbidden"
    message = "what you may do was changed while you were sending"


class LoginRequired(Sentence):
    """Nobody known asks."""

    code = "login_required"
    message = "log in, or send a valid token: Authorization: Bearer lr_..."


class PasswordChangeRequired(Sentence):
    """Somebody else chose the password."""

    code = "password_change_required"
    message = "this password is for one login only: choose your own on the page /account"
