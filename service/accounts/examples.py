"""Examples of accounts and tokens, shown in /openapi.json."""

from service.web.examples import MOMENT, Example

ACCOUNT: Example = {
    "id": 2,
    "name": "Aigül",
    "role": "observer",
    "language": None,
    "active": True,
    "temporary": True,
    "created_at": MOMENT,
}
ACCOUNT_IN: Example = {"name": "Aigül", "role": "observer", "password": None}
ACCOUNT_EDIT: Example = {"role": "curator", "active": None, "password": None, "one_time": None}
ACCOUNT_MADE: Example = {"account": ACCOUNT, "one_time_password": "k3pm-x7wd-9qfz-tn4c"}
ME: Example = {"name": "Aigül", "role": "observer", "single": False, "language": "ru"}
TOKEN: Example = {
    "id": 1,
    "name": "archive script",
    "scope": "viewer",
    "created_at": MOMENT,
    "seen_at": None,
    "expires_at": MOMENT,
    "revoked_at": None,
}
TOKEN_IN: Example = {"name": "archive script", "scope": "viewer", "days": 90}
TOKEN_MADE: Example = {"token": TOKEN, "secret": "lr_Zk0…"}
