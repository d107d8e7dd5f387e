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
"""


class ReidError(Exception):
    """Base class; `code` is stable and may be shown to API clients."""

    code = "reid_error"


class InputError(ReidError):
    """The request itself cannot be used."""

    code = "bad_input"


class UnreadableImage(InputError):
    """Not one of the formats we read, or damaged."""

    code = "unreadable_image"


class ImageTooLarge(InputError):
    """More pixels than we decode."""

    code = "image_too_large"


class UnusableCrop(InputError):
    """The crop is too small to say anything about identity."""

    code = "unusable_crop"


class BadBox(InputError):
    """The box is empty, not a number, or lies outside the photo."""

    code = "bad_box"


class BadDataset(InputError):
    """A folder or table that does not have the documented form."""

    code = "bad_dataset"


class BadSettings(InputError):
    """A setting or an option has a value that cannot work."""

    code = "bad_settings"


class NotFound(InputError):
    """No photo, encounter or identity with that number or name."""

    code = "not_found"


class Conflict(InputError):
    """The request contradicts what is already recorded."""

    code = "conflict"


class GalleryError(ReidError):
    """The gallery cannot answer."""

    code = "gallery_error"


class EmbeddingMismatch(GalleryError):
    """These embeddings or features come from another model."""

    code = "embedding_mismatch"

    def __init__(self, *, expected: str, got: str) -> None:
        super().__init__(
            f"the gallery holds features of {expected}, the query those of {got}: "
            f"embed both with the same model"
        )
        self.expected, self.got = expected, got


class WeightsError(ReidError):
    """The installation, not the request, is wrong."""

    code = "weights_error"


class UnknownModel(WeightsError):
    """No card of this model or calibrator lies in the folder of weights."""

    code = "unknown_model"


class ChecksumMismatch(WeightsError):
    """The file is not the released one."""

    code = "checksum_mismatch"


class UnfitWeights(WeightsError):
    """The weights are damaged, or those of another architecture."""

    code = "unfit_weights"


class MissingExtra(WeightsError):
    """An optional part that was asked for is not installed."""

    code = "missing_extra"

    def __init__(self, feature: str, *, needs: str = "timm", extra: str = "peers") -> None:
        super().__init__(
            f"{feature} needs {needs}: pip install 'leopard-reid[{extra}]' "
            f"('.[{extra}]' in a checkout)"
        )
        self.feature = feature
