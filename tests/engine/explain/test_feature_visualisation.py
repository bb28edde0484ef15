import keras
import numpy as np
import pytest
from keras import layers

from engine.errors import Cancelled, InvalidSetting
from engine.explain import Explainer, visualise
from engine.explain.feature_visualisation import Recipe, Wish, _to_network_scale
from engine.explain.fourier import frequency_scale, random_coefficients, to_image
from engine.jobs import Job
from engine.models.preprocessing import SCALES

from .conftest import SIDE, as_model, gap_dense

QUICK = Recipe(steps=40)
LIVELY = 2  # a channel of conv2 that answers to noise


def stripes(activation=None, bias=0.0):
    """A network whose channel 0 answers to bright left beside dark right, channel 1 to the opposite."""
    kernel = np.full((1, SIDE // 2, 3, 2), 0.5, np.float32)
    kernel[0, SIDE // 4 :, :, 0] *= -1
    kernel[0, : SIDE // 4, :, 1] *= -1
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(2, (1, SIDE // 2), strides=(1, SIDE // 2), activation=activation, name="stripes")(inputs)
    network = keras.Model(inputs, layers.Dense(2, name="head")(layers.GlobalAveragePooling2D()(x)))
    network.get_layer("stripes").kernel.assign(kernel)
    network.get_layer("stripes").bias.assign([bias, bias])
    return Explainer(as_model(network))


def test_the_image_shows_what_the_channel_answers_to():
    found = visualise(stripes(), Wish("stripes", "channel", (0, 1)), Recipe(steps=60, turn=0, zoom=0, jitter=0))
    columns = np.arange(SIDE) % (SIDE // 2) < SIDE // 4
    left, right = (found.images[:, :, chosen].mean(axis=(1, 2, 3)) for chosen in (columns, ~columns))
    assert left[0] - right[0] > 40
    assert right[1] - left[1] > 40
    assert (found.end > found.start + 0.3).all()


@pytest.mark.parametrize("wish", [Wish("conv2", "unit", (LIVELY,)), Wish("conv1", "layer"), Wish(None, "class", (2,))])
def test_the_excitement_rises(explainer, wish):
    found = visualise(explainer, wish, QUICK)
    assert found.images.shape == (1, SIDE, SIDE, 3)
    assert found.end[0] > found.start[0]


def test_the_same_seed_gives_the_same_image_and_another_does_not(explainer):
    wish = Wish("conv2", "channel", (0,))
    one, same, other = (visualise(explainer, wish, Recipe(steps=5, seed=seed)).images for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_a_silent_start_is_woken():
    model = stripes("relu", -0.3)  # grey and faint noise leave it at zero, where a ReLU has no gradient
    found = visualise(model, Wish("stripes", "channel", (0, 1)), QUICK)
    assert not found.start.any()
    assert not found.silent.any()


def test_previews_progress_and_cancel(explainer):
    seen, progress = [], []
    job = Job(progress.append)
    visualise(explainer, Wish("conv1", "channel", (0,)), Recipe(steps=17), job, seen.append)
    assert len(seen) == 3
    assert progress[-1].fraction == 1
    assert (seen[0] != seen[-1]).any()
    job.cancel()
    with pytest.raises(Cancelled):
        visualise(explainer, Wish("conv1", "channel", (0,)), QUICK, job)


def test_what_does_not_exist_is_refused(explainer):
    with pytest.raises(InvalidSetting, match=r"“conv1” has no channel 6"):
        visualise(explainer, Wish("conv1", "channel", (6,)))
    with pytest.raises(InvalidSetting, match="The output has no channel 4"):
        visualise(explainer, Wish(None, "class", (4,)))
    with pytest.raises(InvalidSetting, match="no kind"):
        visualise(explainer, Wish("conv1", "thought"))


def test_coefficients_of_nothing_are_grey_and_of_noise_favour_low_frequencies():
    scale = frequency_scale(32, 48)
    grey = to_image(np.zeros((1, 2, 3, 32, 25), np.float32), scale, 48)
    np.testing.assert_allclose(grey, 0.5)
    image = to_image(random_coefficients(1, 32, 48, 3, 0) * 10, scale, 48).numpy()[0].mean(-1)
    power = np.abs(np.fft.rfft2(image - image.mean())) ** 2
    assert power[:3, :3].mean() > 10 * power[12:16, 20:24].mean()


@pytest.mark.parametrize("scale", SCALES)
def test_the_network_scale_is_that_of_preparing_images(scale):
    model = Explainer(as_model(gap_dense(), scale=scale))
    seen = np.random.default_rng(0).integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8)
    ours = _to_network_scale(model)(np.float32(seen[None]) / 255)
    np.testing.assert_allclose(ours[0], SCALES[scale](seen), rtol=1e-4, atol=1e-3)
