import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from engine.errors import Cancelled, InvalidImage, InvalidModel, InvalidSetting
from engine.explain import Explainer
from engine.explain.explaining import explain, prepare_for
from engine.explain.methods import METHODS
from engine.explain.targets import find_class, target_of
from engine.jobs import Job

from .conftest import SIDE, as_model, as_prepared, gap_dense, noise


def dense_only():
    inputs = keras.Input((SIDE, SIDE, 3))
    return keras.Model(inputs, layers.Dense(3)(layers.Flatten()(inputs)))


def test_a_network_without_maps_offers_pixel_methods():
    model = Explainer(as_model(dense_only()))
    with pytest.raises(InvalidModel, match=r"no spatial layer to explain. Try Integrated Gradients"):
        explain(model, noise())
    assert explain(model, noise(), "integrated-gradients").values.any()


def test_a_layer_that_has_no_maps_or_does_not_exist(explainer):
    with pytest.raises(InvalidModel, match=r"“gap” has shape \(5,\)"):
        explain(explainer, noise(), layer="gap")
    with pytest.raises(InvalidModel, match=r"no layer “conv9”. Layers: conv1, conv2"):
        explain(explainer, noise(), layer="conv9")


def test_a_layer_after_which_no_gradient_flows():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(4, 3, name="conv")(inputs)
    x = layers.Lambda(lambda tensor: tf.stop_gradient(tensor), output_shape=(SIDE - 2, SIDE - 2, 4))(x)
    network = keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(x)))
    model = Explainer(as_model(network))
    with pytest.raises(InvalidModel, match="No gradient flows from the score back to “conv”"):
        explain(model, noise(), layer="conv")
    assert explain(model, noise(), "occlusion").values.shape == (SIDE, SIDE)


def test_an_operation_without_gradient_is_a_sentence():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(4, 3, name="conv")(inputs)
    x = layers.Lambda(lambda t: tf.cast(tf.cast(t * 10, tf.int8), tf.float32), output_shape=(SIDE - 2, SIDE - 2, 4))(x)
    network = keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(x)))
    model = Explainer(as_model(network))
    with pytest.raises(InvalidModel, match="Occlusion"):
        explain(model, noise(), layer="conv")
    assert np.isfinite(explain(model, noise(), "rise", options={"masks": 50}).values).all()


def test_a_subclassed_network_is_refused():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2)

        def call(self, inputs):
            return self.dense(layers.Flatten()(inputs))

    network = Own()
    with pytest.raises(InvalidModel, match="network whose layers cannot be seen"):
        Explainer(as_model_of_shape(network))


def as_model_of_shape(network):
    from pathlib import Path

    from engine.models.cards import Card, Preprocessing
    from engine.models.loading import Model

    return Model(Card("own", "Own", "classification", "", "", Preprocessing(SIDE, SIDE, 3)), network, Path("own"))


def test_several_inputs_are_refused():
    one, two = keras.Input((SIDE, SIDE, 3)), keras.Input((2,))
    network = keras.Model([one, two], layers.Dense(2)(layers.Concatenate()([layers.Flatten()(one), two])))
    with pytest.raises(InvalidModel, match="has 2 inputs"):
        Explainer(as_model(network))


def test_a_network_of_any_input_size_takes_the_cards():
    inputs = keras.Input((None, None, 1))
    x = layers.Conv2D(4, 3, activation="relu", name="conv")(inputs)
    network = keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(x)))
    model = Explainer(as_model(network))
    prepared = prepare_for(model, np.random.default_rng(0).integers(0, 255, (40, 30, 3), dtype=np.uint8))
    found = explain(model, prepared)
    assert (found.layer, found.values.shape) == ("conv", (SIDE - 2, SIDE - 2))
    assert found.window == (0, 0, 30, 40)


def test_a_kernel_larger_than_the_image_is_a_sentence():
    inputs = keras.Input((None, None, 3))
    x = layers.Conv2D(4, SIDE + 5, name="conv")(inputs)
    model = Explainer(as_model(keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(x)))))
    with pytest.raises(InvalidModel, match="cannot be explained this way"):
        explain(model, noise())


def test_a_very_large_photo_is_explained():
    model = Explainer(as_model(gap_dense()))
    photo = np.zeros((4000, 5000, 3), np.uint8)
    photo[:, ::7] = 200
    found = explain(model, prepare_for(model, photo))
    assert found.window == (0, 0, 5000, 4000)


def test_a_class_out_of_range(explainer):
    with pytest.raises(InvalidSetting, match="Class 4 does not exist: the output has 4 classes"):
        target_of(explainer.card, explainer.output(0), 4)
    with pytest.raises(InvalidSetting, match="no output 3"):
        explainer.output(3)
    with pytest.raises(InvalidSetting, match="itself"):
        target_of(explainer.card, explainer.output(0), 1, 1)


def test_classes_are_found_by_name_part_or_number():
    labels = ("tabby cat", "tiger cat", "beagle")
    assert [find_class(labels, 3, text) for text in ("BEAGLE", "tabby", "1")] == [2, 0, 1]
    with pytest.raises(InvalidSetting, match=r"2 classes contain “cat”.*tabby cat \(0\), tiger cat \(1\)\."):
        find_class(labels, 3, "cat")
    with pytest.raises(InvalidSetting, match="No class is called"):
        find_class(labels, 3, "horse")
    with pytest.raises(InvalidSetting, match="Class 7 does not exist"):
        find_class(labels, 3, "7")


def test_nan_in_the_image_or_the_weights():
    model = Explainer(as_model(gap_dense()))
    broken = noise().tensor.copy()
    broken[2, 3] = np.nan
    with pytest.raises(InvalidImage, match="not numbers"):
        explain(model, as_prepared(broken))
    network = gap_dense()
    network.get_layer("head").bias.assign([np.nan, 0, 0, 0])
    with pytest.raises(InvalidModel, match="not a number"):
        explain(Explainer(as_model(network)), noise())


def test_unknown_methods_and_settings(explainer):
    with pytest.raises(InvalidSetting, match="There is no method “cam”"):
        explain(explainer, noise(), "cam")
    with pytest.raises(InvalidSetting, match="RISE: masks is 3. Expected 50 to 8000"):
        explain(explainer, noise(), "rise", options={"masks": 3})
    with pytest.raises(InvalidSetting, match="Grad-CAM has no setting “steps”"):
        explain(explainer, noise(), options={"steps": 3})


@pytest.mark.parametrize("key", [key for key, method in METHODS.items() if method.kind == "trial"])
def test_slow_methods_report_and_stop(explainer, key):
    seen = []
    job = Job(seen.append)
    explain(explainer, noise(), key, job=job)
    assert seen[-1].fraction == 1
    job.cancel()
    with pytest.raises(Cancelled):
        explain(explainer, noise(), key, job=job)


def test_ablation_inside_a_residual_block_names_a_layer_that_works():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(4, 3, padding="same", name="first")(inputs)
    y = layers.Conv2D(4, 3, padding="same", name="inside")(x)
    x = layers.Add(name="add")([x, y])
    model = Explainer(as_model(keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(x)))))
    with pytest.raises(InvalidModel, match="Other paths lead around “inside”.*such as “add”"):
        explain(model, noise(), "ablation-cam", "inside")
    assert explain(model, noise(), "ablation-cam", "add").values.any()
