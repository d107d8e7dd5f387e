"""Why a file, or an upload, is not accepted."""

from reid.errors import ImageTooLarge, UnreadableImage
from reid.sentences import Sentence
from service.web.errors import NothingAccepted, TooManyFiles


class FileIsEmpty(UnreadableImage):
    """A file has no bytes."""

    message = "the file is empty"


class TooManyBytes(ImageTooLarge):
    """A file has more bytes than the settings allow."""

    message = "{bytes} bytes; at most {limit} a photo"


class FileRefused(Sentence):
    """One file of an upload, and why it was refused."""

    message = "{file}: {why}"


class NoFileAccepted(NothingAccepted):
    """Why each file of an upload was refused."""

    joint = "; "
    message = "{files}"


class TooManyFilesAtOnce(TooManyFiles):
    """A request brings more files than the settings allow."""

    message = "at most {limit} files at once, not {files}"
