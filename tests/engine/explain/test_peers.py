"""Held to tf-keras-vis (extra `bench`) on a flat network, the only kind it can explain."""

import numpy as np
import pytest

from engine.explain import Explainer
from engine.explain.explaining import explain
from engine.explain.targets import target_of

from .conftest import as_model, gap_dense, noise


@pytest.fixture
def peer(recwarn):
    return pytest.importorskip("tf_keras_vis", reason="the extra bench is not installed")


@pytest.mark.filterwarnings("ignore")  # its own deprecations
def test_grad_cam_equals_tf_keras_vis(peer):
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.utils.scores import CategoricalScore

    network = gap_dense(None)
    model = Explainer(as_model(network))
    for index in range(4):
        theirs = Gradcam(network, clone=False)(
            CategoricalScore([index]),
            noise().tensor[None],
            penultimate_layer="conv2",
            expand_cam=False,
            normalize_cam=False,
        )
        ours = explain(model, noise(), "grad-cam", "conv2", target_of(model.card, model.output(0), index))
        np.testing.assert_allclose(np.maximum(ours.values, 0), theirs[0], rtol=1e-4, atol=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_grad_cam_pp_differs_by_their_second_normalisation_only(peer):
    """They divide the alphas of a channel by their sum, as the authors' own code does; the paper's formula does not.

    Channel weights are relu(g) * alpha summed over the places. With global average pooling g is the same everywhere in
    a channel, so that the normalised alphas sum to 1 and their weight is relu(g) itself: held here.
    """
    from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus
    from tf_keras_vis.utils.scores import CategoricalScore

    network = gap_dense(None)
    model = Explainer(as_model(network))
    kernel = np.asarray(network.get_layer("head").kernel)
    activations = model.activations(noise().tensor[None], "conv2")[0]
    theirs = np.asarray(
        GradcamPlusPlus(network, clone=False)(
            CategoricalScore([1]),
            noise().tensor[None],
            penultimate_layer="conv2",
            expand_cam=False,
            normalize_cam=False,
        )
    )[0]
    without_alpha = activations @ np.maximum(kernel[:, 1], 0)
    assert np.corrcoef(theirs.ravel(), without_alpha.ravel())[0, 1] > 0.999
    ours = explain(model, noise(), "grad-cam++", "conv2", target_of(model.card, model.output(0), 1))
    assert np.corrcoef(theirs.ravel(), ours.values.ravel())[0, 1] > 0.9
