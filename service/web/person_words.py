"""People on pages: roles in words, and browsers by their names."""

from service.store.accounts import AccountChange
from service.store.people import Role
from service.web.languages import N_, gettext

WORDS = {
    Role.VIEWER: N_("viewer"),
    Role.OBSERVER: N_("observer"),
    Role.CURATOR: N_("curator"),
    Role.ADMIN: N_("admin"),
}
SAYS = {
    Role.VIEWER: N_("looks at everything and changes nothing"),
    Role.OBSERVER: N_("uploads photos, decides on encounters, reviews pairs"),
    Role.CURATOR: N_("names, merges and splits identities, settles pairs, closes cases"),
    Role.ADMIN: N_("makes accounts and sees how the service runs"),
}
BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome"}
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")


def role_words(role: Role) -> str:
    """The role as one word."""
    return gettext(WORDS[role])


def role_says(role: Role) -> str:
    """What the role may do beyond those below it."""
    return gettext(SAYS[role])


def change_words(change: AccountChange) -> str:
    """What was done to an account, as a sentence without a full stop."""
    role = role_words(Role(change.value)) if change.value else ""
    words = {
        "made": gettext("%(name)s was made %(role)s"),
        "role": gettext("%(name)s is %(role)s now"),
        "closed": gettext("%(name)s was closed"),
        "opened": gettext("%(name)s was opened again"),
        "password": gettext("%(name)s got another password"),
        "logged_out": gettext("%(name)s was logged out everywhere"),
    }[change.kind]
    return words % {"name": change.account, "role": role}


def browser(agent: str) -> str:
    """A User-Agent header for people: "Firefox, Linux"."""
    name = next((name for mark, name in BROWSERS.items() if mark in agent), "")
    name = name or ("Safari" if "Safari/" in agent else agent.split("/")[0][:40])
    system = next((mark for mark in SYSTEMS if mark in agent), "")
    return ", ".join(part for part in (name, system) if part) or gettext("unknown program")
