"""Why no density can be told."""

from reid.errors import InputError


class TooFewCaptured(
    InputError,
    code="too_few_captures",
    message="{animals} animals were met at stations that worked: a density needs at least {least}. "
    "Survey longer or with more stations",
):
    """Too few animals."""


class NoSpatialRecapture(
    InputError,
    code="too_few_captures",
    message="{recaptures} animals were met at two stations or more; from fewer than {least} nobody "
    "can tell how far animals move, and so no density. Set stations closer together or survey "
    "longer",
):
    """Too few animals that were met at more than one station."""


class NotEstimable(
    InputError,
    code="too_few_captures",
    message="the captures do not settle a density: the likelihood has no peak. Look whether "
    "stations, deployments and dates are right, or survey longer",
):
    """The likelihood has no maximum inside what is possible."""
