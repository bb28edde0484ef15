import numpy as np
import pytest

from engine.errors import Cancelled
from engine.explain import Explainer, check_curves, check_keep, check_randomised
from engine.explain.checking import randomised_copy
from engine.explain.explaining import explain, make_question
from engine.explain.faithfulness import area, curves, keep_only, pointing, rank_correlation
from engine.jobs import Job

from .conftest import as_model, gap_dense, noise

SIZE = 12


def brightness_of_the_corner(batch):
    """A model whose probability is the mean of the top left quarter."""
    return batch[:, : SIZE // 2, : SIZE // 2].mean(axis=(1, 2, 3))


def corner_map():
    values = np.zeros((4, 4), np.float32)
    values[:2, :2] = np.linspace(1, 2, 4).reshape(2, 2)
    return values


def test_a_right_map_beats_random_orders_and_a_wrong_one_does_not():
    image, black = np.ones((SIZE, SIZE, 3), np.float32), np.zeros((SIZE, SIZE, 3), np.float32)
    right = curves(brightness_of_the_corner, image, black, black, corner_map())
    wrong = curves(brightness_of_the_corner, image, black, black, corner_map()[::-1, ::-1])
    assert right.deletion[0] == right.insertion[-1] == 1
    assert right.deletion[-1] == right.insertion[0] == 0
    assert right.deletion_auc < 0.2 < right.random_deletion_auc < wrong.deletion_auc
    assert right.insertion_auc > 0.8 > right.random_insertion_auc > wrong.insertion_auc


def test_area_of_a_straight_line_is_a_half():
    assert area(np.linspace(1, 0, 11)) == pytest.approx(0.5)


def test_keeping_all_that_matters_keeps_the_confidence():
    image, black = np.ones((SIZE, SIZE, 3), np.float32), np.zeros((SIZE, SIZE, 3), np.float32)
    flat = np.zeros((SIZE, SIZE), np.float32)
    flat[: SIZE // 2, : SIZE // 2] = 3
    kept = keep_only(brightness_of_the_corner, image, black, flat)
    assert (kept.drop, kept.increased) == (0, False)
    assert keep_only(brightness_of_the_corner, image, black, flat[::-1, ::-1]).drop == 1


def test_pointing_counts_energy_inside_the_box():
    values = np.zeros((10, 20), np.float32)
    values[2:4, 3:5] = 1
    values[8, 18] = 4
    found = pointing(values, (3, 2, 5, 4))
    assert (found.hit, found.energy, found.area) == (False, 0.5, 4 / 200)
    values[2, 3] = 9
    assert pointing(values, (3, 2, 5, 4)).hit


def test_rank_correlation_equals_scipy():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 5, (2, 6, 7))
    assert rank_correlation(first, second) == pytest.approx(stats.spearmanr(first.ravel(), second.ravel())[0])
    assert rank_correlation(first, np.ones_like(first)) == 0


def test_random_weights_lower_the_rank_correlation_and_spare_the_network():
    model = Explainer(as_model(gap_dense()))
    before = model.model.network.get_weights()
    found = explain(model, noise(), "grad-cam", "conv2")
    checks = [check_randomised(model, noise(), found, seed) for seed in range(3)]
    assert np.mean([abs(check.head) for check in checks]) < 0.8
    assert min(abs(check.everything) for check in checks) < 0.5
    for old, new in zip(before, model.model.network.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_random_head_leaves_the_layers_below():
    network = gap_dense()
    network.trainable = False  # a frozen backbone is randomised as well
    copy = randomised_copy(network, only_head=True)
    changed = [not np.array_equal(a, b) for a, b in zip(network.get_weights(), copy.get_weights(), strict=True)]
    assert changed == [False, False, False, False, True, False]
    everything = randomised_copy(network, only_head=False)
    changed = [not np.array_equal(a, b) for a, b in zip(network.get_weights(), everything.get_weights(), strict=True)]
    assert changed == [True, False, True, False, True, False]


def test_checks_run_on_a_real_question(explainer):
    question = make_question(explainer, noise(), "hires-cam", "conv2")
    found = explain(explainer, noise(), "hires-cam", "conv2")
    result = check_curves(question, found, 8)
    whole = float(question.probability(question.image[None])[0])
    assert result.deletion[0] == pytest.approx(whole, abs=1e-6)
    assert result.insertion[-1] == pytest.approx(whole, abs=1e-6)
    assert result.share.tolist() == np.linspace(0, 1, 9, dtype=np.float32).tolist()
    assert check_keep(question, found).before == pytest.approx(whole, abs=1e-6)


def test_a_cancelled_check_stops(explainer):
    job = Job()
    job.cancel()
    question = make_question(explainer, noise(), "hires-cam", "conv2")
    with pytest.raises(Cancelled):
        check_curves(question, explain(explainer, noise(), "hires-cam", "conv2"), job=job)
