"""MobileNetV2 on photos of two things: each class must be explained by its own."""

import pytest

from engine.explain.explaining import explain, prepare_for
from engine.explain.faithfulness import pointing
from engine.explain.targets import find_class, target_of
from engine.explain.views import place
from engine.images import load_image

# Boxes drawn by hand on the photos, x0, y0, x1, y1 in pixels.
THINGS = [
    ("dog.jpg", "malamute", (131, 221, 312, 540)),
    ("dog.jpg", "mountain bike", (125, 136, 566, 420)),
    ("giraffe.jpg", "zebra", (248, 205, 425, 431)),
]
DOGS = {"Italian greyhound": (107, 10, 261, 296), "Boston bull": (347, 165, 494, 364)}


def pointed(model, image, box, method, label, against=None):
    prepared = prepare_for(model, image)
    index, other = (None if name is None else find_class(model.card.labels, 1000, name) for name in (label, against))
    found = explain(model, prepared, method, target=target_of(model.card, model.output(0), index, other))
    return pointing(place(found.values, found.window, image.shape[:2]).values, box)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["grad-cam", "xgrad-cam"])
@pytest.mark.parametrize(("photo", "label", "box"), THINGS)
def test_each_class_has_more_energy_inside_its_own_box_than_outside(mobilenet, shared, photo, label, box, method):
    result = pointed(mobilenet, load_image(shared / "photos" / photo).pixels, box, method, label)
    assert result.energy > 0.5, result
    assert result.energy > 1.5 * result.area


@pytest.mark.slow
@pytest.mark.parametrize("label", DOGS)
def test_two_dogs_are_told_apart_by_one_class_minus_the_other(mobilenet, shared, label):
    """Two breeds share most of their evidence: a map alone has 37-41 % in its own dog, the contrast over half."""
    image = load_image(shared / "photos/coral_pets.jpg").pixels
    other = next(name for name in DOGS if name != label)
    alone = pointed(mobilenet, image, DOGS[label], "grad-cam", label)
    elsewhere = pointed(mobilenet, image, DOGS[other], "grad-cam", label)
    assert alone.energy / alone.area > elsewhere.energy / elsewhere.area
    assert pointed(mobilenet, image, DOGS[label], "grad-cam", label, other).energy > 0.5
    assert pointed(mobilenet, image, DOGS[other], "grad-cam", label, other).energy < 0.05


@pytest.mark.slow
def test_the_real_network_agrees_with_its_own_head(mobilenet, shared):
    """MobileNetV2 ends in global average pooling and a dense layer, so that its Grad-CAM is exact."""
    prepared = prepare_for(mobilenet, load_image(shared / "photos/eagle.jpg").pixels)
    found = explain(mobilenet, prepared)
    _, bias = mobilenet.model.network.layers[-1].get_weights()
    assert found.values.sum() == pytest.approx(found.logit - bias[found.target.class_id], rel=1e-3)
    assert found.target.label == "bald eagle"
