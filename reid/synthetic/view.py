"""Camera views of a coat: pose, light, camera and weather, with the exact place of every pixel."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from reid.synthetic.body import BACK, RADIUS, silhouette
from reid.synthetic.coat import TORSO, Coat, smooth_noise
from reid.synthetic.scenery import Outlook
from reid.types import Float32, Image


@dataclass(frozen=True, slots=True)
class Camera:
    """How one view is taken. Angles in radians, lengths in pixels of a 256 px wide flank.

    zoom: width of the window over the width of the flank; shift: its offset, in flank sizes.
    resolution: pixels per output pixel before up-sampling, <= 1.
    """

    yaw: float = 0.0
    roll: float = 0.0
    tilt: float = 0.0
    zoom: float = 1.0
    aspect: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    bend: float = 0.03
    infrared: bool = True
    exposure: float = 1.0
    gamma: float = 1.0
    flash: float = 0.3
    shade: float = 0.2
    blur: float = 0.0
    motion: float = 0.0
    resolution: float = 1.0
    noise: float = 0.01
    jpeg: int = 90
    plants: int = 0

    @classmethod
    def draw(cls, rng: np.random.Generator, *, hardness: float, loose: float = 0.2) -> "Camera":
        """hardness 0 is a good camera-trap photo, 1 a very poor one; `loose` whole-body views."""
        h = hardness
        body = rng.random() < loose
        zoom = rng.uniform(1.25, 1.9) if body else np.exp(rng.normal(0.03, 0.17))
        spread = 0.1 if body else 0.11
        return cls(
            yaw=float(np.clip(rng.normal(0, 0.22 + 0.25 * h), -0.87, 0.87)),
            roll=float(rng.normal(0, 0.16)),
            tilt=float(rng.normal(0, 0.08 + 0.04 * h)),
            zoom=float(np.clip(zoom, 0.65, 1.9)),
            aspect=float(np.exp(rng.normal(-0.06, 0.2 if body else 0.12))),
            shift=(float(rng.normal(0, spread)), float(rng.normal(0.12 if body else 0.0, spread))),
            bend=float(rng.uniform(0.015, 0.045)),
            infrared=bool(rng.random() < 0.6),
            exposure=float(np.exp(rng.normal(0, 0.2 + 0.5 * h))),
            gamma=float(np.exp(rng.normal(0, 0.2))),
            flash=float(rng.uniform(0, 0.5 + 0.5 * h)),
            shade=float(rng.uniform(0, 0.45)),
            blur=float(rng.exponential(0.35 + 1.1 * h)),
            motion=float(rng.exponential(0.5 + 3.5 * h)) if rng.random() < 0.4 else 0.0,
            resolution=float(np.clip(1.05 - rng.exponential(0.1 + 0.5 * h), 0.2, 1.0)),
            noise=float(rng.exponential(0.008 + 0.035 * h)),
            jpeg=int(np.clip(rng.normal(85 - 35 * h, 8), 15, 97)),
            plants=int(rng.poisson(0.5 + 1.5 * h)) if rng.random() < 0.4 else 0,
        )

    def of_size(self, width: int) -> "Camera":
        """This camera with blur and motion scaled to an output of `width` instead of 256 pixels."""
        s = width / 256
        return replace(self, blur=self.blur * s, motion=self.motion * s)


@dataclass(frozen=True, slots=True)
class View:
    """One rendered view.

    image: (H, W) float32 in [0, 1], luminance.
    coat: (H, W, 2) float32, coat coordinates (u, v) of every pixel.
    body: (H, W, 2) float32, the place on the body's outline (u, v) of every pixel, in coat units.
    animal: (H, W) float32 in [0, 1], 1 where the coat is seen and nothing stands in front.
    """

    image: Float32
    coat: Float32
    body: Float32
    animal: Float32


def render(
    coat: Coat,
    camera: Camera,
    rng: np.random.Generator,
    *,
    size: tuple[int, int] = (128, 256),
    outlook: Outlook | None = None,
) -> View:
    """One photo of a coat by a camera; size: (H, W) pixels.

    outlook: what stands behind, the same in all photos of one camera; a place of its own if None.
    """
    camera = camera.of_size(size[1])
    return photographed(coat, camera, posed(camera, rng, size), rng, outlook=outlook)


def photographed(
    coat: Coat,
    camera: Camera,
    posture: Float32,
    rng: np.random.Generator,
    *,
    outlook: Outlook | None = None,
) -> View:
    """A body that stands as `posture` says, see `posed`, in its place, by a camera of its size."""
    size = posture.shape[:2]
    rows = coat.melanin.shape[0]
    mask = silhouette(rng, height=160)
    animal = cv2.remap(mask, posture[..., 0] * 160, posture[..., 1] * 160, cv2.INTER_LINEAR)
    on_coat = _unrolled(posture, camera.roll)
    x, y = on_coat[..., 0] * rows, on_coat[..., 1] * rows
    melanin = cv2.remap(coat.melanin, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    tone = cv2.remap(coat.tone, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    albedo = tone * (1.0 - 0.9 * melanin)
    ground = (outlook or Outlook.draw(rng)).seen(size, rng)
    scene = ground + animal * (albedo * _relief(posture) - ground)
    scene, animal = _plants_in_front(scene, animal, camera, rng)
    return View(_exposed(scene, camera, rng), on_coat, posture, animal)


def without_animal(
    camera: Camera,
    rng: np.random.Generator,
    *,
    size: tuple[int, int],
    outlook: Outlook | None = None,
) -> Image:
    """(H, W, 3) uint8, grey: the same places and cameras, and nobody in the picture."""
    ground = (outlook or Outlook.draw(rng)).seen(size, rng)
    scene, _ = _plants_in_front(ground, np.zeros(size, np.float32), camera, rng)
    return _grey(_exposed(scene, camera, rng))


def posed(camera: Camera, rng: np.random.Generator, size: tuple[int, int]) -> Float32:
    """(H, W, 2) body coordinates of every pixel: window, tilt, yaw and smooth bending."""
    height, width = size
    u0, v0, u1, v1 = TORSO
    span = (u1 - u0) * camera.zoom
    x = (np.arange(width, dtype=np.float32) + 0.5) / width - 0.5
    y = ((np.arange(height, dtype=np.float32) + 0.5) / height - 0.5) * height / width
    x, y = np.meshgrid(x * span, y * span * camera.aspect)
    x, y = x + camera.shift[0] * (u1 - u0), y + camera.shift[1] * (v1 - v0)
    x, y = (
        x * np.cos(camera.tilt) + y * np.sin(camera.tilt),
        -x * np.sin(camera.tilt) + y * np.cos(camera.tilt),
    )
    near = 1.0 + 0.22 * np.sin(camera.yaw) * x  # perspective: the nearer end is larger
    u = (u0 + u1) / 2 + x / np.cos(camera.yaw) / near
    v = (v0 + v1) / 2 + y / near
    for rows, columns, part in ((3, 5, 1.0), (5, 9, 0.4)):
        u = u + part * camera.bend * smooth_noise(rng, rows, columns, height, width) * 0.7
        v = v + part * camera.bend * smooth_noise(rng, rows, columns, height, width) * 0.7
    for root in (0.62, 1.37):  # skin slides over the shoulder and the hip as the leg swings
        lump = np.exp(-(((u - root) / 0.16) ** 2) - ((v - 0.42) / 0.2) ** 2)
        slide = rng.normal(0, 0.025, 2)
        u, v = u + slide[0] * lump, v + 0.5 * slide[1] * lump
    return np.stack([u, v], -1).astype(np.float32)


def _unrolled(posture: Float32, roll: float) -> Float32:
    """Body coordinates to coat coordinates: the torso is a cylinder, turned by `roll`."""
    d = (posture[..., 1] - BACK) / (RADIUS * 1.08)
    around = np.arcsin(np.clip(d, -0.96, 0.96)) + 1.5 * (d - np.clip(d, -0.96, 0.96))
    fade = np.clip((d - 0.9) / 0.8, 0, 1)
    v = BACK + RADIUS * ((1 - fade) * (0.85 * around + roll) + fade * (d + 0.2))
    return np.stack([posture[..., 0], v], -1).astype(np.float32)


def _relief(posture: Float32) -> Float32:
    """The side of a cylinder is darker towards its outline."""
    d = np.clip((posture[..., 1] - BACK) / (RADIUS * 1.1), -1, 1)
    return (0.72 + 0.28 * np.sqrt(1 - d * d)).astype(np.float32)


def _plants_in_front(
    scene: Float32, animal: Float32, camera: Camera, rng: np.random.Generator
) -> tuple[Float32, Float32]:
    """Stems and leaves hide parts of the animal."""
    if not camera.plants:
        return scene, animal
    height, width = scene.shape
    cover = np.zeros(scene.shape, np.uint8)
    for _ in range(camera.plants * 3):
        x = rng.uniform(0, width)
        bow = rng.normal(0, 0.12 * width, 2)
        t = np.linspace(0, 1, 12)
        top = rng.uniform(-0.2, 0.7) * height
        line = np.stack([x + bow[0] * t + bow[1] * t * t, height + (top - height) * t], -1)
        thick = max(1, round(rng.exponential(0.008) * width))
        cv2.polylines(
            cover, [np.round(line * 16).astype(np.int32)], False, 255, thick, cv2.LINE_AA, 4
        )
    hidden = cover.astype(np.float32) / 255
    plant = np.float32(rng.uniform(0.1, 0.95))
    return scene + hidden * (plant - scene), np.asarray(animal * (1 - hidden), np.float32)


def _exposed(scene: Float32, camera: Camera, rng: np.random.Generator) -> Float32:
    """Light, lens and sensor, in the order light meets them."""
    height, width = scene.shape
    shade = 1 + camera.shade * smooth_noise(rng, 3, 5, height, width)
    if not camera.infrared:
        dapple = smooth_noise(rng, 6, 12, height, width)
        shade = shade * (1 - camera.shade * (dapple > rng.uniform(0.2, 1.5)))
    y, x = np.mgrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j].astype(np.float32)
    cx, cy = rng.uniform(-0.4, 0.4, 2)
    falloff = 1 / (1 + 3 * camera.flash * ((x - cx) ** 2 + 0.5 * (y - cy) ** 2)) ** 2
    light = np.clip(shade, 0.15, 2.5) * (falloff * (1 + camera.flash)) * camera.exposure
    lit = np.asarray(scene * light, np.float32)
    lit = cv2.GaussianBlur(lit, (0, 0), camera.blur) if camera.blur > 0.2 else lit
    lit = moved(lit, camera.motion, rng)
    small = lit
    if camera.resolution < 0.97:
        shape = (
            max(16, round(width * camera.resolution)),
            max(8, round(height * camera.resolution)),
        )
        small = np.asarray(cv2.resize(lit, shape, interpolation=cv2.INTER_AREA), np.float32)
    grain = rng.standard_normal(small.shape, dtype=np.float32) * camera.noise
    noisy = np.clip(small + grain * (0.5 + np.sqrt(np.clip(small, 0, 1))), 0, 1) ** camera.gamma
    _, code = cv2.imencode(
        ".jpg", np.round(noisy * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, camera.jpeg]
    )
    small = np.asarray(cv2.imdecode(code, cv2.IMREAD_GRAYSCALE), np.float32) / np.float32(255)
    if small.shape == scene.shape:
        return small
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def moved(image: Float32, length: float, rng: np.random.Generator) -> Float32:
    """Motion blur along a mostly horizontal line of `length` pixels."""
    if length < 1.5:
        return image
    half = int(np.ceil(length / 2))
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    angle = rng.normal(0, 0.3)
    end = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    a, b = (tuple(int(c) for c in np.round((half + s * end) * 16)) for s in (1, -1))
    cv2.line(kernel, a, b, 1.0, 1, cv2.LINE_AA, 4)
    return cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1e-6), borderType=cv2.BORDER_REFLECT)


def _grey(image: Float32) -> Image:
    """(H, W) float32 in [0, 1] to (H, W, 3) uint8."""
    return np.round(np.repeat(image[..., None], 3, 2) * 255).astype(np.uint8)


def colourised(view: View, *, infrared: bool, warmth: float = 1.0) -> Image:
    """(H, W, 3) uint8 RGB: grey under infra-red light, ochre coat and green-brown ground by day."""
    image = view.image[..., None]
    if infrared:
        return _grey(view.image)
    coat = np.array([1.08, 0.98, 0.98 - 0.26 * warmth], np.float32)
    ground = np.array([0.98, 1.0, 0.86], np.float32)
    tint = ground + view.animal[..., None] * (coat - ground)
    tint = tint + (1 - tint) * np.clip(image - 0.75, 0, 0.25) * 3  # highlights lose their colour
    return np.round(np.clip(image * tint, 0, 1) * 255).astype(np.uint8)
