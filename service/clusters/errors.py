"""Why the encounters of a cluster cannot be named."""

from reid.errors import Conflict
from reid.sentences import Sentence


class SeveralIdentities(Sentence):
    """Encounters of a cluster have different identities."""

    message = "they belong to {number} identities already: merge these first"


class NamedAlready(Sentence):
    """All encounters of a cluster have the identity."""

    message = "all of them have this identity already"


class ClusterCannotBeNamed(Conflict):
    """What was planned for a cluster cannot be done."""

    message = "encounters {encounters}: {why}"


class DecidedInCluster(Conflict):
    """Somebody decided after the cluster was looked at."""

    message = "somebody decided on one of {encounters} meanwhile: look at them again"
