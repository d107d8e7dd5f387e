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
them, which stands in the room of its rule and is one sentence: `class NoSuchCase(NotFound)` with
`message = "no case {case}"` is raised as `NoSuchCase(case=3)`. The sentence of a kind is general.
"""

from reid.sentences import Sentence


class ReidError(Sentence, Exception):
    """Base class; `code` is stable and may be shown to API clients."""

    code = "reid_error"
    message = "it cannot be done"


class InputError(ReidError):
    """The request itself cannot be used."""

    code = "bad_input"
    message = "the request cannot be used"


class UnreadableImage(InputError):
    """Not one of the formats we read, or damaged."""

    code = "unreadable_image"
    message = "not a JPEG, PNG or WebP photo, or damaged"


class ImageTooLarge(InputError):
    """More pixels than we decode."""

    code = "image_too_large"
    message = "the photo has too many pixels or bytes"


class UnusableCrop(InputError):
    """The crop is too small to say anything about identity."""

    code = "unusable_crop"
    message = "The crop is too small to say anything about identity."


class BadBox(InputError):
    """The box is empty, not a number, or lies outside the photo."""

    code = "bad_box"
    message = "The box is empty, not a number, or lies outside the photo."


class BadDataset(InputError):
    """A folder or table that does not have the documented form."""

    code = "bad_dataset"
    message = "the folder or table does not have the documented form"


class BadSettings(InputError):
    """A setting or an option has a value that cannot work."""

    code = "bad_settings"
    message = "a setting or an option has a value that cannot work"


class NotFound(InputError):
    """No photo, encounter or identity with that number or name."""

    code = "not_found"
    message = "there is nothing with that number or name"


class Conflict(InputError):
    """The request contradicts what is already recorded."""

    code = "conflict"
    message = "this contradicts what is already recorded"


class GalleryError(ReidError):
    """The gallery cannot answer."""

    code = "gallery_error"
    message = "the gallery cannot answer"


class EmbeddingMismatch(GalleryError):
    """These embeddings or features come from another model."""

    code = "embedding_mismatch"
    message = (
        "the gallery holds features of {expected}, the query those of {got}: "
        "embed both with the same model"
    )


class WeightsError(ReidError):
    """The installation, not the request, is wrong."""

    code = "weights_error"
    message = "the installation is wrong"


class UnknownModel(WeightsError):
    """No card of this model or calibrator lies in the folder of weights."""

    code = "unknown_model"
    message = "there is no such model"


class ChecksumMismatch(WeightsError):
    """The file is not the released one."""

    code = "checksum_mismatch"
    message = "{path} has sha256 {digest}, card says {expected}"


class UnfitWeights(WeightsError):
    """The weights are damaged, or those of another architecture."""

    code = "unfit_weights"
    message = "the weights are damaged, or those of another architecture"


class MissingExtra(WeightsError):
    """An optional part that was asked for is not installed."""

    code = "missing_extra"
    message = (
        "{feature} needs {needs}: pip install 'leopard-reid[{extra}]' ('.[{extra}]' in a checkout)"
    )
