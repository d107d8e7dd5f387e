"""Why a file, or an upload, is not accepted."""

from reid.errors import ImageTooLarge, UnreadableImage
from reid.sentences import Sentence
from service.web.errors import NothingAccepted, TooManyFiles


class FileIsEmpty(UnreadableImage, message="the file is empty"): ...


class TooManyBytes(ImageTooLarge, message="{bytes} bytes; at most {limit} a photo"): ...


class FileRefused(Sentence, message="{file}: {why}"): ...


class NoFileAccepted(NothingAccepted, joint="; ", message="{files}"): ...


class TooManyFilesAtOnce(TooManyFiles, message="at most {limit} files at once, not {files}"): ...
