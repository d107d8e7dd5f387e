"""Other people's embedders: their published layouts load strictly, from random weights."""

import sys

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torchvision import transforms

from reid.describe.peers import load_peer
from reid.describe.peers.architectures import (
    SWIN,
    GeneralisedMean,
    MiewId,
    create,
    swin_names,
    swin_variant,
)
from reid.describe.peers.errors import HubUnreachable
from reid.describe.peers.files import locate, read
from reid.describe.peers.squashed import SquashedEmbedder
from reid.errors import BadSettings, MissingExtra, UnfitWeights, UnknownModel
from reid.types import Box, Crop, Flank

pytest.importorskip("timm", reason="the optional extra `peers` is not installed")
SMALL = "test_efficientnet"  # a network that timm has for tests


def crops(count, *, size=(60, 90)):
    """Crops of noise; the seed is the place in the list."""
    return [
        Crop(
            np.random.default_rng(n).integers(0, 256, (*size, 3), dtype=np.uint8),
            Box(0, 0, size[1], size[0]),
            Flank.LEFT,
        )
        for n in range(count)
    ]


def vectors(embedder, some):
    return np.stack([embedding.vector for embedding in embedder.embed(some)])


@pytest.fixture(scope="module")
def swin():
    """The tensors of a MegaDescriptor-T-224 with random weights, as timm names them today."""
    torch.manual_seed(1)
    return create("swin_tiny_patch4_window7_224", num_classes=0).state_dict()


@pytest.fixture
def saved(tmp_path):
    """Writes tensors to a file that is gone after the test: the larger ones have 200 MB."""
    written = []

    def save(content, name="weights.pth"):
        path = tmp_path / name
        written.append(path)
        if path.suffix == ".safetensors":
            save_file(content, path)
        else:
            torch.save(content, path)
        return path

    yield save
    for path in written:
        path.unlink(missing_ok=True)


def as_before_timm_09(tensors):
    """The same network as the published MegaDescriptors name it: other stages, stored indices."""
    old = {}
    for key, value in tensors.items():
        stage, _, rest = key.removeprefix("layers.").partition(".")
        moved = key.startswith("layers.") and rest.startswith("downsample.")
        old[f"layers.{int(stage) - 1}.{rest}" if moved else key] = value
    old["layers.0.blocks.0.attn.relative_position_index"] = torch.zeros(49, 49, dtype=torch.long)
    old["layers.0.blocks.1.attn_mask"] = torch.zeros(64, 49, 49)
    return old


@pytest.mark.slow
def test_megadescriptor_sees_what_its_model_card_says(swin, saved):
    embedder = load_peer(f"megadescriptor:{saved(swin)}")
    assert embedder.model.startswith("megadescriptor-T-224@")
    assert embedder.licence.startswith("CC-BY-NC-4.0")
    card = transforms.Compose(
        [
            transforms.ToPILImage(),
            transforms.Resize(size=(224, 224)),
            transforms.ToTensor(),
            transforms.Normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
        ]
    )
    network = create("swin_tiny_patch4_window7_224", num_classes=0).eval()
    network.load_state_dict(swin)
    (crop,) = crops(1)
    with torch.inference_mode():
        expected = network(card(crop.image)[None])[0].numpy()
    (embedding,) = embedder.embed([crop])
    assert embedding.model == embedder.model
    assert embedding.vector == pytest.approx(expected / np.linalg.norm(expected), abs=1e-4)


@pytest.mark.slow
def test_a_training_checkpoint_of_wildlife_tools_gives_the_same_embedding(swin, saved):
    plain = vectors(load_peer(f"megadescriptor:{saved(swin, 'new.safetensors')}"), crops(1))
    checkpoint = {
        "model": as_before_timm_09(swin),
        "objective": {"weight": torch.zeros(5, 768)},
        "epoch": 100,
        "rng_states": {"numpy_rng_state": np.random.get_state()},  # noqa: NPY002
    }
    published = load_peer(f"megadescriptor:{saved(checkpoint, 'pytorch_model.bin')}")
    assert published.model.startswith("megadescriptor-T-224@")
    assert vectors(published, crops(1)) == pytest.approx(plain, abs=1e-5)


@pytest.mark.parametrize("variant", SWIN)
def test_every_megadescriptor_is_told_from_its_shapes_and_fits(variant):
    with torch.device("meta"):
        own = create(SWIN[variant][0], num_classes=0).state_dict()
    old = as_before_timm_09(own)
    assert swin_variant(old) == variant
    for names in (swin_names(old), swin_names(own)):
        assert {k: v.shape for k, v in names.items()} == {k: v.shape for k, v in own.items()}


def test_miewid_has_the_parameters_of_its_model_card():
    with torch.device("meta"):
        network = MiewId()
    own = sum(p.numel() for p in network.parameters())
    assert (own + 2152 * 10 + 10) / 1e6 == pytest.approx(
        51.11, abs=0.005
    )  # its head has 10 classes


@pytest.mark.slow
def test_miewid_is_backbone_mean_and_normalisation(saved):
    torch.manual_seed(2)
    network = MiewId().eval()
    nn.init.normal_(network.bn.running_mean)
    head = {"final.weight": torch.zeros(10, 2152), "final.bias": torch.zeros(10)}
    path = saved({**network.state_dict(), **head}, "model.safetensors")
    assert path.stat().st_size == pytest.approx(206e6, rel=0.005)  # the published file: 206 MB
    embedder = load_peer(f"miewid:{path.parent}")
    assert embedder.size == (440, 440)
    assert embedder.licence.startswith("none stated")
    embedder.size = (64, 64)  # seconds less
    (crop,) = crops(1)
    with torch.inference_mode():
        features = network.backbone.forward_features(embedder.normalised([crop.image]))
        pooled = (features.clamp(min=1e-6) ** 3).mean((2, 3)) ** (1 / 3)
        bn = network.bn
        expected = (pooled - bn.running_mean) / (bn.running_var + bn.eps) ** 0.5
        expected = (expected * bn.weight + bn.bias)[0].numpy()
    found = vectors(embedder, [crop])[0]
    assert found == pytest.approx(expected / np.linalg.norm(expected), abs=1e-4)


def test_the_generalised_mean_is_the_formula_of_a_plain_loop():
    x = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]], [[0.0, -1.0], [0.5, 2.0]]]])
    pooled = GeneralisedMean(p=2.5)(x)[0]
    for channel, values in zip(pooled, x[0], strict=True):
        powers = [max(v, 1e-6) ** 2.5 for v in values.flatten().tolist()]
        assert channel.item() == pytest.approx((sum(powers) / 4) ** (1 / 2.5), rel=1e-5)


def test_any_network_of_timm_loads_without_its_classifier(saved):
    torch.manual_seed(3)
    path = saved(create(SMALL).state_dict())
    embedder = load_peer(f"timm:{SMALL}:{path}")
    assert embedder.model.startswith(f"timm-{SMALL}@")
    assert embedder.licence.startswith("not known")
    assert embedder.size == (160, 160)
    found = vectors(embedder, crops(3))
    assert np.linalg.norm(found, axis=1) == pytest.approx(np.ones(3), abs=1e-5)


def test_other_weights_give_another_model_name(saved):
    names = set()
    for seed in (1, 2):
        torch.manual_seed(seed)
        names.add(load_peer(f"timm:{SMALL}:{saved(create(SMALL).state_dict())}").model)
    assert len(names) == 2


def without_one(tensors):
    return {k: v for k, v in tensors.items() if k != "conv_stem.weight"}


def with_one_more(tensors):
    return {**tensors, "extra.weight": torch.zeros(1)}


def with_another_shape(tensors):
    return {**tensors, "conv_stem.weight": torch.zeros(1, 3, 3, 3)}


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (without_one, "1 missing (conv_stem.weight)"),
        (with_one_more, "1 unknown (extra.weight)"),
        (with_another_shape, "1 of another shape (conv_stem.weight)"),
    ],
)
def test_weights_that_do_not_fit_strictly_are_refused_by_name(spoil, told, saved):
    path = saved(spoil(create(SMALL).state_dict()))
    with pytest.raises(UnfitWeights, match="do not fit") as caught:
        load_peer(f"timm:{SMALL}:{path}")
    assert told in str(caught.value)
    assert caught.value.code == "unfit_weights"


def test_weights_of_another_architecture_are_no_megadescriptor(saved):
    with pytest.raises(UnfitWeights, match="no weights of a Swin"):
        load_peer(f"megadescriptor:{saved(create(SMALL).state_dict())}")


def test_a_swin_of_another_size_is_no_megadescriptor(saved):
    shapes = {
        "patch_embed.proj.weight": torch.zeros(64, 3, 4, 4),
        "layers.0.blocks.0.attn.relative_position_bias_table": torch.zeros(15**2, 2),
    }
    with pytest.raises(UnfitWeights, match="64 channels, 0 blocks and windows of 8"):
        load_peer(f"megadescriptor:{saved(shapes)}")


class Unreadable:
    """What a hostile file would hold: reading it calls a function of its choice."""

    def __reduce__(self):
        return print, ("this must never run",)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"weight": Unreadable()}, "cannot be read"),
        ({"weight": 1.0}, "no tensor"),
        ([torch.zeros(1)], "no table"),
    ],
)
def test_files_that_are_no_table_of_tensors_are_refused(content, told, saved):
    with pytest.raises(UnfitWeights, match=told):
        read(saved(content))


@pytest.mark.parametrize("name", ["weights.bin", "weights.safetensors"])
def test_a_damaged_file_is_refused(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(UnfitWeights, match="download it again"):
        read(path)


def test_a_folder_is_searched_for_its_weights(tmp_path):
    with pytest.raises(UnknownModel, match="no weights at"):
        locate(tmp_path / "absent")
    with pytest.raises(UnknownModel, match="has none"):
        locate(tmp_path)
    (tmp_path / "a.pth").touch()
    assert locate(tmp_path).name == "a.pth"
    (tmp_path / "b.pth").touch()
    with pytest.raises(UnknownModel, match=r"a\.pth, b\.pth"):
        locate(tmp_path)
    (tmp_path / "pytorch_model.bin").touch()
    assert locate(tmp_path).name == "pytorch_model.bin"


@pytest.mark.parametrize(
    ("spec", "repository"),
    [
        ("megadescriptor:hub", "BVRA/MegaDescriptor-L-384"),
        ("megadescriptor:hub:T-224", "BVRA/MegaDescriptor-T-224"),
        ("miewid:hub", "conservationxlabs/miewid-msv3"),
        ("miewid:hub:msv2", "conservationxlabs/miewid-msv2"),
    ],
)
def test_the_hub_is_asked_for_the_published_repository(spec, repository):
    asked = []

    def fetch(name):
        asked.append(name)
        raise HubUnreachable(repository=name, why="no network here")

    with pytest.raises(HubUnreachable, match="no network here"):
        load_peer(spec, fetch=fetch)
    assert asked == [repository]


@pytest.mark.parametrize(
    "spec",
    ["", "rosette", "miewid", "miewid:", "megadescriptor:", "timm:", "timm:resnet18", "timm::x"],
)
def test_a_specification_of_another_form_lists_the_forms(spec):
    with pytest.raises(BadSettings, match="write one of megadescriptor:PATH"):
        load_peer(spec)


@pytest.mark.parametrize("spec", ["megadescriptor:hub:XL", "miewid:hub:msv9"])
def test_an_unknown_variant_lists_the_known(spec):
    with pytest.raises(BadSettings, match="there are"):
        load_peer(spec)


def test_an_unknown_network_of_timm_is_a_clear_error(saved):
    path = saved({"weight": torch.zeros(1)})
    with pytest.raises(BadSettings, match="has no network 'swim_tiny'"):
        load_peer(f"timm:swim_tiny:{path}")


def test_without_the_extra_the_error_says_what_to_install(monkeypatch, saved):
    path = saved({"weight": torch.zeros(1)})
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(MissingExtra, match=r"pip install '\.\[peers\]'"):
        load_peer(f"timm:{SMALL}:{path}")


class Corners(nn.Module):
    """Three numbers an image: the mean of its left half, of its right half, and one."""

    def forward(self, x):
        half = x.shape[3] // 2
        left, right = x[..., :half].mean((1, 2, 3)), x[..., half:].mean((1, 2, 3))
        return torch.stack([left, right, torch.ones_like(left)], dim=1)


def test_crops_keep_their_order_and_are_not_mirrored():
    embedder = SquashedEmbedder(
        Corners(), model="corners@1", licence="", size=(8, 8), mean=(0,) * 3, spread=(1,) * 3
    )
    image = np.zeros((40, 60, 3), np.uint8)
    image[:, :30] = 255
    some = [Crop(image if n % 2 else image[:, ::-1], Box(0, 0, 60, 40), f) for n, f in sides()]
    found = vectors(embedder, some)
    assert len(found) == 10
    assert (found[1::2, 0] > found[1::2, 1]).all()
    assert (found[0::2, 0] < found[0::2, 1]).all()
    assert embedder.embed([]) == []


def sides():
    return enumerate([Flank.LEFT, Flank.RIGHT, Flank.UNKNOWN, Flank.LEFT, Flank.RIGHT] * 2)
