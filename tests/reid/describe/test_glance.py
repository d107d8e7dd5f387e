"""The frozen features of photographs."""

import torch

from reid.describe.glance import CHANNELS, Glance


def public_name(own):
    """How the public file calls a tensor of ours."""
    names = {"expand.norm": "_bn0", "depthwise.norm": "_bn1", "project.norm": "_bn2"}
    names |= {f"{part}.conv": f"_{part}_conv" for part in ("expand", "depthwise", "project")}
    if own.startswith("blocks"):
        _, block, part, kind, rest = own.split(".")
        return f"_blocks.{block}.{names[f'{part}.{kind}']}.{rest}"
    return own.replace("stem.conv", "_conv_stem").replace("stem.norm", "_bn0")


def test_features_come_at_three_strides():
    with torch.no_grad():
        features = Glance()(torch.rand(2, 1, 64, 96))
    shapes = [
        (2, c, 64 // stride, 96 // stride) for c, stride in zip(CHANNELS, (8, 16, 32), strict=True)
    ]
    assert [tuple(part.shape) for part in features] == shapes


def test_the_public_weights_are_read_by_their_own_names_without_the_classifier():
    torch.manual_seed(1)
    known, new = Glance(), Glance()
    public = {public_name(name): tensor for name, tensor in known.state_dict().items()}
    public |= {"_fc.weight": torch.zeros(1000, 1280), "_conv_head.weight": torch.zeros(1)}
    new.load_public(public)
    picture = torch.rand(1, 1, 32, 32)
    assert torch.equal(known(picture).far, new(picture).far)


def test_nothing_of_it_ever_learns():
    glance = Glance().train()
    before = {name: tensor.clone() for name, tensor in glance.state_dict().items()}
    glance(torch.rand(2, 1, 32, 32))
    assert not any(parameter.requires_grad for parameter in glance.parameters())
    assert all(torch.equal(before[name], tensor) for name, tensor in glance.state_dict().items())
