"""Why the encounters of a cluster cannot be named."""

from reid.errors import Conflict
from reid.sentences import Sentence


class SeveralIdentities(
    Sentence, message="they belong to {number} identities already: merge these first"
): ...


class NamedAlready(Sentence, message="all of them have this identity already"): ...


class ClusterCannotBeNamed(Conflict, message="encounters {encounters}: {why}"): ...


class DecidedInCluster(
    Conflict, message="somebody decided on one of {encounters} meanwhile: look at them again"
): ...
