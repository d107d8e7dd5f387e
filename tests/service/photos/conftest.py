"""What tests of photos share: a photo that is in the catalogue."""

import pytest
from corrected import send


@pytest.fixture
def kept(client, painted):
    """A photo with time, station and flank."""
    photo = painted(1, taken="2000:01:01 00:00:10", camera="CAM")
    return send(client, photo, station="North", flank="right")
