"""What can go wrong, from the caller's point of view.

* ReidError
  + InputError               the caller can fix it
    - UnreadableImage
    - ImageTooLarge
    - UnusableCrop
    - BadBox
    - BadDataset
    - BadSettings
    - NotFound
    - Conflict
  + GalleryError
    - EmbeddingMismatch      another model made these embeddings
  + WeightsError             the installation is wrong
    - UnknownModel
    - ChecksumMismatch
    - UnfitWeights
    - MissingExtra

These are kinds: each has a code, by which clients tell it. What is raised is a class below one of
them, which stands in the room of its rule and is one sentence. It is written
`class NoSuchCase(NotFound, message="no case {case}"): ...` and raised as `NoSuchCase(case=3)`. The
sentence of a kind is general.
"""

from reid.sentences import Sentence


class ReidError(Sentence, Exception, code="reid_error", message="it cannot be done"):
    """Base class; `code` is stable and may be shown to API clients."""


class InputError(ReidError, code="bad_input", message="the request cannot be used"):
    """The request itself cannot be used."""


class UnreadableImage(
    InputError, code="unreadable_image", message="not a JPEG, PNG or WebP photo, or damaged"
):
    """Not one of the formats we read, or damaged."""


class ImageTooLarge(
    InputError, code="image_too_large", message="the photo has too many pixels or bytes"
):
    """More pixels than we decode."""


class UnusableCrop(
    InputError,
    code="unusable_crop",
    message="The crop is too small to say anything about identity.",
):
    """The crop is too small to say anything about identity."""


class BadBox(
    InputError, code="bad_box", message="The box is empty, not a number, or lies outside the photo."
):
    """The box is empty, not a number, or lies outside the photo."""


class BadDataset(
    InputError, code="bad_dataset", message="the folder or table does not have the documented form"
):
    """A folder or table that does not have the documented form."""


class BadSettings(
    InputError, code="bad_settings", message="a setting or an option has a value that cannot work"
):
    """A setting or an option has a value that cannot work."""


class NotFound(InputError, code="not_found", message="there is nothing with that number or name"):
    """No photo, encounter or identity with that number or name."""


class Conflict(InputError, code="conflict", message="this contradicts what is already recorded"):
    """The request contradicts what is already recorded."""


class GalleryError(ReidError, code="gallery_error", message="the gallery cannot answer"):
    """The gallery cannot answer."""


class EmbeddingMismatch(
    GalleryError,
    code="embedding_mismatch",
    message="the gallery holds features of {expected}, the query those of {got}: "
    "embed both with the same model",
):
    """These embeddings or features come from another model."""


class WeightsError(ReidError, code="weights_error", message="the installation is wrong"):
    """The installation, not the request, is wrong."""


class UnknownModel(WeightsError, code="unknown_model", message="there is no such model"):
    """No card of this model or calibrator lies in the folder of weights."""


class ChecksumMismatch(
    WeightsError,
    code="checksum_mismatch",
    message="{path} has sha256 {digest}, card says {expected}",
):
    """The file is not the released one."""


class UnfitWeights(
    WeightsError,
    code="unfit_weights",
    message="the weights are damaged, or those of another architecture",
):
    """The weights are damaged, or those of another architecture."""


class MissingExtra(
    WeightsError,
    code="missing_extra",
    message="{feature} needs {needs}: pip install '.[{extra}]' in the folder of the program",
):
    """An optional part that was asked for is not installed."""
