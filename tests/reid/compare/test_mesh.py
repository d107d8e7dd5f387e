"""The mesh between two photos: linked points, there and back, and how views are locked."""

import numpy as np
import pytest

from reid.compare.mesh import Mesh
from reid.compare.registration import Registration, Surface
from reid.types import Box, Source

BOX = Box(100, 50, 900, 450)
SHARE = np.random.default_rng(1).uniform(0, 1, (60, 2))
POINTS = SHARE * (BOX.width, BOX.height) + (BOX.x0, BOX.y0)


def turned(points, *, by=0.3, size=1.4, bend=0.0):
    """A turn, a size, and a little bending."""
    x, y = np.asarray(points, float).T
    a, b = size * np.cos(by), size * np.sin(by)
    return np.stack([a * x - b * y + bend * x * x + 30, b * x + a * y - bend * x * y + 7], 1)


def registration(bend=0.0, carried=POINTS):
    points = np.asarray(carried, np.float32)
    surface = Surface.through(points, turned(points, bend=bend).astype(np.float32))
    return Registration(surface, Source.ROSETTES, points, 0.0)


def test_points_are_linked_as_the_registration_says():
    mesh = Mesh.through(registration(bend=1e-5), BOX)
    inside = POINTS[(SHARE > 0.1).all(1) & (SHARE < 0.9).all(1)]
    assert mesh(inside) == pytest.approx(turned(inside, bend=1e-5), abs=2.0)
    assert mesh.source is Source.ROSETTES


def test_the_way_back_leads_to_where_it_began():
    mesh = Mesh.through(registration(bend=1e-4), BOX)
    assert mesh.back(mesh(POINTS)) == pytest.approx(POINTS, abs=1e-3)


def test_beyond_what_agrees_the_mesh_goes_on_straight():
    narrow = POINTS[np.abs(SHARE[:, 0] - 0.5) < 0.15]
    mesh = Mesh.through(registration(bend=4e-4, carried=narrow), BOX)
    ends = mesh(np.array([[120, 250], [220, 250], [320, 250]], float))
    assert ends[2] - ends[1] == pytest.approx(ends[1] - ends[0], abs=1e-2)


def test_the_matrix_brings_the_other_photo_to_the_same_place_turned_and_sized():
    mesh = Mesh.through(registration(), BOX)
    a, b, c, d, e, f = mesh.matrix((400, 200))
    for place in ((400, 200), (430, 180)):
        x, y = turned([place])[0]
        assert (a * x + c * y + e, b * x + d * y + f) == pytest.approx(place, abs=0.5)
    assert mesh.similarity((400, 200)).scale == pytest.approx(1.4, abs=0.01)


def test_without_a_registration_one_box_lies_on_the_other():
    mesh = Mesh.of_boxes(BOX, Box(0, 0, 400, 100))
    assert mesh(np.array([[100, 50], [500, 250], [900, 450]], float)) == pytest.approx(
        np.array([[0, 0], [200, 50], [400, 100]], float)
    )
    assert mesh.source is None
