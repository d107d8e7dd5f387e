"""Examples of a neighbour's file and its pairs: the demo's own animals under another key."""

from pathlib import Path
from tempfile import TemporaryDirectory

from reid.signatures import form
from reid.signatures.keys import OwnerKey
from service.neighbours.dealing import Neighbourhood
from service.neighbours.passing_on import PassingOn
from service.operations.recording_shapes import API, ApiCaller

ANOTHER = OwnerKey(bytes(range(32)))
ONE = f"{API}/neighbours/{{neighbour}}"


def call_neighbours(api: ApiCaller, neighbourhood: Neighbourhood) -> None:
    """A file that is taken in, checked, compared and asked for its pairs, and then removed."""
    made = neighbourhood.pass_on(PassingOn("N43E054", "Aigül, +7 000", each=1))
    content, _ = form.unsealed(made.data)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "catalogue.signatures"
        file.write_bytes(form.sealed(content, ANOTHER))
        here = {"neighbour": api.call("POST", f"{API}/neighbours", photo=file)["id"]}
    neighbourhood.compare(here["neighbour"], lambda _done, _animals: None)
    api.call("PATCH", ONE, {"checked": True, "reviewer": "ab"}, at=here)
    api.call("GET", ONE, at=here)
    api.call("GET", f"{ONE}/pairs", at=here)
    api.call("POST", f"{ONE}/compare", at=here)
