"""Code that is copied gives the very map on show: it is run here."""

import contextlib
import io

import keras
import numpy as np
import pytest
from PIL import Image

from engine.errors import InvalidSetting
from engine.explain import Explainer
from engine.explain.explaining import explain, prepare_for
from engine.explain.snippets import MAP_CODE, SCALE_CODE, snippet
from engine.explain.targets import target_of
from engine.images import load_image
from engine.models.preprocessing import SCALES

from .conftest import as_model, gap_dense, nested_networks


def run(code):
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, "snippet", "exec"), names)
    return names["raw"]


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(4).integers(0, 255, (50, 40, 3), dtype=np.uint8)).save(path)
    return path


def opened(network, tmp_path):
    path = tmp_path / "network.keras"
    network.save(path)
    return Explainer(as_model(network, path=path))


@pytest.mark.parametrize("key", MAP_CODE)
def test_the_code_gives_the_map(key, photo, tmp_path):
    model = opened(gap_dense(), tmp_path)
    prepared = prepare_for(model, load_image(photo).pixels)
    found = explain(model, prepared, key)
    raw = run(snippet(model, prepared, found, str(photo)))
    np.testing.assert_allclose(raw, found.values, rtol=1e-3, atol=2e-3 * np.abs(found.values).max())


@pytest.mark.parametrize("kind", ["functional", "two levels"])
def test_the_code_reaches_into_nested_networks(kind, photo, tmp_path):
    model = opened(nested_networks()[kind], tmp_path)
    prepared = prepare_for(model, load_image(photo).pixels)
    layer = next(spot.path for spot in model.spots if spot.path.endswith("conv1"))
    found = explain(model, prepared, "hires-cam", layer)
    raw = run(snippet(model, prepared, found, str(photo)))
    np.testing.assert_allclose(raw, found.values, atol=1e-3 * np.abs(found.values).max())


@pytest.mark.parametrize(
    ("activation", "units", "against", "score"),
    [
        ("sigmoid", 1, None, "logit"),
        (None, 4, 2, "logit"),
        ("softmax", 4, None, "probability"),
        ("sigmoid", 1, 1, "logit"),
    ],
)
def test_the_code_explains_the_same_target(activation, units, against, score, photo, tmp_path):
    model = opened(gap_dense(activation, units), tmp_path)
    prepared = prepare_for(model, load_image(photo).pixels)
    target = target_of(model.card, model.output(0), 0, against, score)
    found = explain(model, prepared, "grad-cam", "conv2", target)
    raw = run(snippet(model, prepared, found, str(photo)))
    np.testing.assert_allclose(raw, found.values, rtol=1e-3, atol=1e-3 * np.abs(found.values).max())


def test_a_separate_softmax_layer(photo, tmp_path):
    base = gap_dense(None)
    model = opened(keras.Model(base.input, keras.layers.Softmax()(base.output)), tmp_path)
    prepared = prepare_for(model, load_image(photo).pixels)
    found = explain(model, prepared, "grad-cam")
    np.testing.assert_allclose(run(snippet(model, prepared, found, str(photo))), found.values, atol=1e-5)


@pytest.mark.parametrize("scale", SCALES)
def test_every_scale_is_written_as_it_is_computed(scale):
    image = np.random.default_rng(0).integers(0, 255, (5, 4, 3), dtype=np.uint8)
    names = {"image": image, "np": np}
    exec(SCALE_CODE[scale], names)
    np.testing.assert_allclose(names["tensor"], SCALES[scale](image), rtol=1e-6)
    assert set(SCALE_CODE) == set(SCALES)


def test_the_bundled_digits_carry_their_pixels():
    from engine.models.loading import load
    from engine.samples import SAMPLES

    model = Explainer(load("digits"))
    prepared = prepare_for(model, SAMPLES["digit-3"].load().pixels)
    found = explain(model, prepared, "grad-cam")
    np.testing.assert_allclose(run(snippet(model, prepared, found, "unused.png")), found.values, atol=1e-4)


def test_methods_by_trial_say_that_they_cannot(explainer, photo):
    prepared = prepare_for(explainer, load_image(photo).pixels)
    found = explain(explainer, prepared, "occlusion")
    with pytest.raises(InvalidSetting, match="Occlusion cannot be copied"):
        snippet(explainer, prepared, found, "x.png")
