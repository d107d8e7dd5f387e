"""Why a network of other people cannot be used."""

from reid.errors import BadSettings, UnfitWeights, UnknownModel


class NoSuchEmbedder(BadSettings):
    """The name of an embedder has an unknown form."""

    message = "no embedder {spec!r}: write one of {forms}"


class NoSuchVariant(BadSettings):
    """A family of networks has no such variant."""

    message = "no {kind} {variant!r}: there are {variants}"


class NoSuchTimmNetwork(BadSettings):
    """The installed timm knows no network of that name."""

    message = "timm {version} has no network {name!r}: see timm.list_models()"


class NoSwinWeights(UnfitWeights):
    """The weights lack a tensor of every Swin transformer."""

    message = "these are no weights of a Swin transformer: no {tensor}"


class NoSuchMegaDescriptor(UnfitWeights):
    """No published MegaDescriptor has these shapes."""

    message = (
        "no MegaDescriptor has {channels} channels, {blocks} blocks and windows of {window}: load "
        "it as timm:NAME:PATH"
    )


class WeightsOfAnotherNetwork(UnfitWeights):
    """The weights lack tensors of the network, or have others."""

    message = (
        "the weights do not fit {network}: {faults}; name the published file, or load it as "
        "timm:NAME:PATH"
    )


class NoWeightsAt(UnknownModel):
    """There is neither a file nor a folder of that name."""

    message = "no weights at {path}: name a file or the folder it lies in"


class NotOneFileOfWeights(UnknownModel):
    """A folder holds no file of weights, or several."""

    message = "{path} should hold one file of weights, has {files}: name the file"


class NoWeightsInRepository(UnknownModel):
    """A repository of the hub has none of the usual files."""

    message = "{repository} has none of {names}: download it, name the file"


class HubUnreachable(UnknownModel):
    """A repository of the hub cannot be downloaded."""

    message = (
        "cannot fetch {repository} from the hub ({why}): download it where there is a network and "
        "name the file"
    )


class WeightsUnreadable(UnfitWeights):
    """A file of weights is damaged, or could only be read by running code of strangers."""

    message = (
        "{path} cannot be read as weights ({why}): it is damaged or needs code to be read; "
        "download it again or convert it to safetensors"
    )


class NoTensors(UnfitWeights):
    """A file holds something else than a table of tensors."""

    message = "{path} holds no table of tensors: save the network's state_dict"


class NotOnlyTensors(UnfitWeights):
    """A table of tensors holds something else besides."""

    message = "{path} holds {name}, which is no tensor: save the state_dict"
