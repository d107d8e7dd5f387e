"""Why somebody is not let in, or may not do what was asked."""

from reid.errors import Conflict, InputError, NotFound
from reid.sentences import Sentence
from service.accounts.passwords import WeakPassword
from service.web.errors import WrongLogin


class PresentPasswordWrong(WrongLogin, message="the present password is wrong"): ...


class LoginHasEnded(WrongLogin, message="your login has ended: log in again"): ...


class PasswordUnchanged(
    WeakPassword, message="the new password is the present one: choose another"
): ...


class TokenAboveRole(Conflict, message="a token cannot do more than you: {role} at most"): ...


class NoAccountsYet(
    Conflict, message="there are no accounts yet: make the first one on the page /accounts"
): ...


class NoAccountNamed(
    NotFound, message="no account {name}: leopard-reid account list shows all"
): ...


class RouteOfNobody(Sentence, code="forbidden", message="nobody was given this route"): ...


class LoginOnly(
    Sentence, code="forbidden", message="a token cannot do this: log in with your password"
): ...


class RightsChanged(
    Sentence, code="forbidden", message="what you may do was changed while you were sending"
): ...


class LoginRequired(
    Sentence,
    code="login_required",
    message="log in, or send a valid token: Authorization: Bearer lr_...",
): ...


class PasswordChangeRequired(
    Sentence,
    code="password_change_required",
    message="this password is for one login only: choose your own on the page /account",
): ...


class NotTheSame(
    InputError,
    code="passwords_differ",
    message="The two new passwords differ: type the same one twice.",
): ...
