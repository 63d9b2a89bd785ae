"""Published networks, and those of courses, as settings of the built-in ones: the parameters are theirs."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import math

import pytest

from sinesweep import registry


def build(name, shape, outputs, **settings):
    return registry.load("architectures", name)(**settings).build(shape, outputs)


def trainable(model):
    return sum(math.prod(weight.shape) for weight in model.trainable_weights)


COURSE_CNN = {
    "plan": "16x3/3 16x3 32x2/2",
    "padding": "valid",
    "order": "activation_pool_norm",
    "head": "flatten",
    "dense_units": 32,
}
"""On 128 mel bands × 216 frames, 5 s at 22,050 Hz with librosa's own window and hop."""


def test_the_course_mlp_has_442_826_parameters():
    assert build("mlp", (216, 128), 10, layers=2, units=16, norm="none").count_params() == 442_826


def test_the_course_cnn_has_666_426_parameters():
    assert build("cnn", (216, 128), 10, norm="none", **COURSE_CNN).count_params() == 666_426


def test_the_course_cnn_with_batch_norm_has_192_more_and_half_of_them_learn():
    model = build("cnn", (216, 128), 10, norm_at="pooling", bias=True, dropout=0.3, l2=1e-3, **COURSE_CNN)
    assert (model.count_params(), trainable(model)) == (666_618, 666_522)


def test_the_course_cnn_on_colour_pictures_has_113_738_parameters():
    model = build("cnn", (32, 32, 3), 10, blocks=3, filters=32, norm="none", head="flatten")
    assert model.count_params() == 113_738


def test_the_convolutions_of_the_tutorial_cnn_have_56_320_parameters():
    """TensorFlow's tutorial on CIFAR-10 counts its convolutions first, then 66,250 more for the dense layers."""
    plan = {"plan": "32x3/2 64x3/2 64x3", "padding": "valid", "head": "flatten", "dense_units": 64}
    model = build("cnn", (32, 32, 3), 10, norm="none", **plan)
    convolutions = [layer for layer in model.layers if "conv2d" in layer.name]
    assert sum(layer.count_params() for layer in convolutions) == 56_320
    assert model.count_params() == 56_320 + 66_250


@pytest.mark.parametrize(
    ("blocks", "width", "published"), [(1, 1.0, 66_000), (1, 1.5, 145_000), (2, 1.0, 137_000), (2, 1.5, 305_000)]
)
def test_tc_resnet_is_as_large_as_in_the_paper(blocks, width, published):
    """Choi et al., 2019: TC-ResNet8, TC-ResNet8-1.5, TC-ResNet14, TC-ResNet14-1.5."""
    model = build("tc_resnet", (98, 40), 12, blocks=blocks, width=width)
    assert model.count_params() == pytest.approx(published, rel=0.01)


@pytest.mark.parametrize(("width", "published"), [(1.0, 9_200), (3.0, 54_200), (8.0, 321_000)])
def test_bc_resnet_is_as_large_as_in_the_paper(width, published):
    """Kim et al., 2021, who count what learns: BC-ResNet-1, -3 and -8."""
    assert trainable(build("bc_resnet", (98, 40), 12, width=width)) == pytest.approx(published, rel=0.005)


def test_ds_cnn_small_is_as_large_as_published():
    """24 K in the table of Kim et al., 2021."""
    assert build("ds_cnn", (49, 10), 12).count_params() == pytest.approx(24_000, rel=0.02)


@pytest.mark.parametrize(("filters", "blocks", "millions"), [(256, 1, 0.2), (128, 3, 0.5)])
def test_raw_networks_are_as_large_as_in_the_paper(filters, blocks, millions):
    """Dai et al., 2017: M3 has 0.2 million and M5 0.5, a started tenth left out."""
    parameters = build("raw_conv1d", (32000, 1), 10, filters=filters, blocks=blocks).count_params()
    assert parameters // 100_000 / 10 == millions
