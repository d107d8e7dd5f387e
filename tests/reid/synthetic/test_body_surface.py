"""A body of tubes, its surface as a camera sees it, and the pelt that covers it."""

from dataclasses import replace

import numpy as np
import pytest

from reid.synthetic.face import EYE, FACE_END, ear, with_face
from reid.synthetic.pelt import BLOCKS, SIZE, PeltStyle, axis_length, draw_pelt
from reid.synthetic.skeleton import Limb, Part, Posture, tubes
from reid.synthetic.surface import NOTHING, Aspect, see

WALKING = Posture(
    crouch=0.0,
    stride=0.3,
    phase=0.5,
    head=0.0,
    turn=0.0,
    bend=0.0,
    arch=0.0,
    droop=0.9,
    curl=0.2,
    build=1.08,
    legs=1.0,
)
ASIDE = Aspect(yaw=0.0, pitch=0.0, roll=0.0, distance=5.0)


def looked_at(yaw_degrees, size=(80, 160)):
    aspect = replace(ASIDE, yaw=float(np.radians(yaw_degrees)))
    return see(tubes(WALKING), aspect, np.random.default_rng(1), size=size)


@pytest.fixture(scope="module")
def aside():
    return looked_at(0)


def test_a_body_has_an_axis_two_ears_four_legs_and_a_tail():
    limbs = [tube.limb for tube in tubes(WALKING)]
    assert limbs.count(Limb.AXIS) == 1
    assert limbs.count(Limb.EAR) == 2
    assert limbs.count(Limb.FORE) == limbs.count(Limb.HIND) == 2
    assert limbs.count(Limb.TAIL) == 1


def test_the_left_side_is_seen_with_the_head_at_the_left(aside):
    head, tail = (np.nonzero(aside.part == part)[1].mean() for part in (Part.HEAD, Part.TAIL))
    assert head < tail
    torso = aside.part == Part.TORSO
    assert (aside.side[torso] == 0).mean() > 0.98


def test_u_grows_from_the_head_to_the_tail_and_v_from_the_spine_to_the_belly(aside):
    torso = aside.part == Part.TORSO
    y, x = np.nonzero(torso)
    u, v = aside.chart[torso].T
    assert np.corrcoef(x, u)[0, 1] > 0.98
    assert np.corrcoef(y, v)[0, 1] > 0.85
    assert u.min() > 0.19
    assert u.max() <= 1.01


def test_the_body_has_no_holes(aside):
    body = aside.part != NOTHING
    columns = np.nonzero((aside.part == Part.TORSO).sum(0) > 8)[0]
    for x in columns[5:-5]:
        rows = np.nonzero(aside.part[:, x] == Part.TORSO)[0]
        assert body[rows[0] : rows[-1], x].all()


def test_from_behind_both_sides_and_no_face_are_seen():
    behind = looked_at(85)
    hind = behind.part == Part.HIND
    assert 0.2 < behind.side[hind].mean() < 0.8
    assert (behind.part == Part.HEAD).sum() < hind.sum() / 4


def test_from_the_front_the_head_hides_the_rump():
    front = looked_at(-80)
    torso = front.part == Part.TORSO
    assert np.median(front.chart[torso][:, 0]) < 0.6


def test_normals_look_towards_the_camera(aside):
    body = aside.part != NOTHING
    assert (aside.normal[body][:, 2] > -0.2).mean() > 0.98


def test_every_pixel_of_the_body_has_a_place_on_the_pelt(aside):
    at = aside.pelt[aside.part != NOTHING]
    assert at.min() > -10
    assert (at < np.array([SIZE[1], SIZE[0]]) + 10).all()


def test_blocks_of_a_pelt_do_not_overlap():
    cover = np.zeros(SIZE, int)
    for block in BLOCKS.values():
        cover[block.y : block.y + block.height, block.x : block.x + block.width] += 1
    assert cover.max() == 1
    assert cover.sum() == sum(block.width * block.height for block in BLOCKS.values())


def test_the_axis_is_stretched_where_the_body_is_thin():
    head, torso = (np.diff(axis_length(np.array(u, np.float32)))[0] for u in ((0, 0.1), (0.6, 0.7)))
    assert head > 1.5 * torso


def test_the_same_seed_is_the_same_pelt_and_relatives_differ():
    style = PeltStyle.draw(np.random.default_rng(2))
    pelt, other = draw_pelt(style, 5), draw_pelt(style, 6)
    block = BLOCKS[Limb.AXIS]
    torso = (slice(block.y, block.y + block.height), slice(block.x + 400, block.x + block.width))
    assert np.array_equal(pelt, draw_pelt(style, 5))
    assert abs(np.corrcoef(pelt[torso].ravel(), other[torso].ravel())[0, 1]) < 0.15


def test_a_face_has_eyes_and_a_pale_muzzle_and_the_back_of_an_ear_is_black_with_a_spot():
    u = np.linspace(0, FACE_END, 240, dtype=np.float32)
    face = np.full((345, 240), 0.5, np.float32)
    with_face(face, u, np.random.default_rng(1))
    at = (round(EYE[1] * 345), int(np.abs(u - EYE[0]).argmin()))
    eye = face[at[0] - 40 : at[0] + 40, at[1] - 25 : at[1] + 25]
    assert eye.max() > 0.85  # its dark rim
    assert eye.min() < 0.2
    muzzle = (u > 0.02) & (u < 0.06)
    assert face[int(0.9 * 345) :, muzzle].mean() < 0.15
    hollow, back = np.vsplit(ear((100, 100), np.random.default_rng(1)), 2)
    assert back[:15, 30:70].min() > 0.9
    assert back[40:, 40:75].min() < 0.2
    assert hollow.mean() < back[:15].mean()
