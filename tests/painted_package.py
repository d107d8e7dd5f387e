"""Small packages of painted animals for tests of fine-tuning, and a tiny released model."""

import csv
import json

import cv2
import numpy as np
import torch
from PIL import Image
from weighing import weighing

from reid.describe.look_network import LookNetwork
from reid.training.release import release

FULL = weighing(intercept=-2.5, fine=[1], rootsift=[1], silence=[1]).tolist()
QUICK = weighing(intercept=-3, fine=[1], silence=[1]).tolist()
CALIBRATOR = f"""name = "evidence"
version = 9
model = "rosette@9"
individuals = 150
order = [0, 1.0, 0.8]
full = {FULL}
quick = {QUICK}
fitted_on = "a survey"
"""


def write_weights(folder, *, alike=False):
    """A tiny released model, rosette@9, of random weights, and its calibrator.

    alike: its embeddings of all photos are nearly equal, so that there is much to learn.
    """
    torch.manual_seed(0)
    network = LookNetwork(widths=(8, 12, 16), descriptor_size=8, embedding_size=16)
    torch.nn.init.constant_(network.cells.bias[:2], 3.0)  # all is coat, and can be trusted
    if alike:
        network.layout.project.weight.data *= 0.01
        network.layout.centre.running_mean.fill_(-1.0)
    release(network.eval(), "rosette@9", folder, recipe="none", seed=0)
    (folder / "evidence@9.toml").write_text(CALIBRATOR)
    return folder


def write_package(folder):
    """12 animals, both flanks, 3 encounters of each: spots, seen in another light each time."""
    rows = []
    for animal in range(12):
        for side, flank in enumerate(("left", "right")):
            for encounter in range(3):
                name = f"{animal}_{flank}_{encounter}.jpg"
                Image.fromarray(spots(animal, side, encounter)).save(folder / name, quality=90)
                when = f"{animal}-{encounter}"
                row = {"path": name, "individual": f"A{animal:02}", "flank": flank}
                rows.append(row | {"encounter": when})
    with (folder / "index.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    return folder


def spots(animal, side, encounter):
    """(80, 160, 3) uint8: the pattern of one flank, moved and lit by the encounter."""
    rng = np.random.default_rng([animal, side])
    coarse = rng.normal(0, 1, (8, 16)).astype(np.float32)
    pattern = cv2.resize(coarse, (200, 100), interpolation=cv2.INTER_CUBIC)
    view = np.random.default_rng([animal, side, encounter])
    y, x = view.integers(4, 17), view.integers(8, 33)
    light = view.uniform(0.6, 1.3) * np.linspace(*view.uniform(0.6, 1.4, 2), 160)
    seen = (120 + 60 * np.sign(pattern[y : y + 80, x : x + 160])) * light
    seen = seen + view.normal(0, 12, seen.shape)
    return np.repeat(seen.clip(0, 255).astype(np.uint8)[..., None], 3, 2)


def rows_of(package):
    with (package / "index.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def as_coco(package, folder):
    """The package as Wild Me COCO: photos in images/train2026."""
    (folder / "c" / "annotations").mkdir(parents=True)
    (folder / "c" / "images").mkdir()
    (folder / "c" / "images" / "train2026").symlink_to(package)
    images, annotations = [], []
    for n, row in enumerate(rows_of(package)):
        taken = f"2026-01-{1 + int(row['encounter'].split('-')[1]):02} 14:00:00"
        images.append({"id": n, "file_name": row["path"], "date_captured": taken})
        annotations.append(
            {
                "id": n,
                "image_id": n,
                "bbox": [0, 0, 160, 80],
                "theta": 0.0,
                "viewpoint": row["flank"],
                "name": row["individual"],
                "individual_ids": [],
            }
        )
    file = folder / "c" / "annotations" / "instances_train2026.json"
    file.write_text(json.dumps({"images": images, "annotations": annotations}))
    return file


def as_wildlife_datasets(package, folder):
    """The package as a wildlife-datasets table."""
    (folder / "w").mkdir()
    (folder / "w" / "photos").symlink_to(package)
    lines = ["image_id,identity,path,bbox,orientation,date"]
    for n, row in enumerate(rows_of(package)):
        day = 1 + int(row["encounter"].split("-")[1])
        box = '"[0, 0, 160, 80]"'
        lines.append(
            f"{n},{row['individual']},photos/{row['path']},{box},{row['flank']},2026-01-{day:02}"
        )
    (folder / "w" / "metadata.csv").write_text("\n".join(lines) + "\n")
    return folder / "w"
