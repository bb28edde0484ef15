import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.explain import cams
from engine.explain.methods import METHODS

shapes = st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 6))
finite = st.floats(-3, 3, width=32)
FORMULAS = [cams.grad_cam, cams.hires_cam, cams.layer_cam, cams.grad_cam_pp, cams.xgrad_cam, cams.eigen_cam]


@st.composite
def activations_and_gradients(draw):
    shape = draw(shapes)
    return draw(arrays(np.float32, shape, elements=finite)), draw(arrays(np.float32, shape, elements=finite))


def sample(seed=0, shape=(4, 5, 7)):
    rng = np.random.default_rng(seed)
    return rng.random(shape, np.float32), rng.normal(size=shape).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(activations_and_gradients())
def test_formulas_equal_their_definitions(pair):
    a, g = pair
    close = {"rtol": 1e-4, "atol": 1e-4}
    np.testing.assert_allclose(cams.grad_cam(a, g).sum(-1), np.einsum("hwk,k->hw", a, g.mean((0, 1))), **close)
    np.testing.assert_allclose(cams.hires_cam(a, g).sum(-1), (g * a).sum(-1), **close)
    np.testing.assert_allclose(cams.layer_cam(a, g).sum(-1), (np.maximum(g, 0) * a).sum(-1), **close)


def test_grad_cam_pp_equals_the_paper_with_its_cubes():
    a, g = (x.astype(np.float64) for x in sample())
    alpha = g**2 / (2 * g**2 + a.sum((0, 1)) * g**3)
    weights = (alpha * np.maximum(g, 0)).sum((0, 1))
    np.testing.assert_allclose(cams.grad_cam_pp(a, g).sum(-1), a @ weights, rtol=1e-9)


def test_grad_cam_pp_ignores_channels_without_gradient():
    a, g = sample()
    g[..., 2] = 0
    assert not cams.grad_cam_pp(a, g)[..., 2].any()


def test_xgrad_cam_adds_up_to_gradient_times_activation():
    a, g = sample()
    assert cams.xgrad_cam(a, g).sum() == pytest.approx((a * g).sum(), rel=1e-4)


def test_xgrad_cam_of_a_silent_channel_is_zero():
    a, g = sample()
    a[..., 1] = 0
    found = cams.xgrad_cam(a, g)
    assert np.isfinite(found).all()
    assert not found[..., 1].any()


def test_eigen_cam_is_the_first_principal_component():
    a, g = sample(shape=(6, 6, 4))
    flat = a.reshape(-1, 4) - a.reshape(-1, 4).mean(0)
    scores = flat @ np.linalg.svd(flat, full_matrices=False)[2][0]
    found = cams.eigen_cam(a, g).sum(-1).ravel()
    np.testing.assert_allclose(np.abs(found), np.abs(scores), rtol=1e-4, atol=1e-6)
    assert np.corrcoef(found, flat.sum(1))[0, 1] > 0


def test_eigen_cam_is_the_same_from_either_gram_matrix():
    wide, _ = sample(shape=(2, 3, 40))
    flat = wide.reshape(-1, 40) - wide.reshape(-1, 40).mean(0)
    scores = flat @ np.linalg.svd(flat, full_matrices=False)[2][0]
    np.testing.assert_allclose(np.abs(cams.eigen_cam(wide, wide).sum(-1).ravel()), np.abs(scores), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_batch_equals_its_singles(formula):
    pairs = [sample(seed) for seed in range(3)]
    together = formula(np.stack([a for a, _ in pairs]), np.stack([g for _, g in pairs]))
    for row, (a, g) in zip(together, pairs, strict=True):
        np.testing.assert_allclose(row, formula(a, g), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("formula", FORMULAS)
def test_maps_move_with_the_activations(formula):
    a, g = sample(shape=(6, 6, 4))
    moved = formula(np.roll(a, (1, 2), (0, 1)), np.roll(g, (1, 2), (0, 1)))
    np.testing.assert_allclose(moved, np.roll(formula(a, g), (1, 2), (0, 1)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("formula", FORMULAS)
def test_nothing_in_nothing_out(formula):
    zeros = np.zeros((3, 3, 2), np.float32)
    assert not formula(zeros, zeros).any()


def test_class_maps_sum_to_the_logits_without_bias():
    a, _ = sample()
    kernel = np.random.default_rng(2).normal(size=(7, 3)).astype(np.float32)
    np.testing.assert_allclose(cams.class_maps(a, kernel).sum((0, 1)), a.mean((0, 1)) @ kernel, rtol=1e-5)


def test_channel_shares_sum_to_one():
    shares = cams.channel_shares(cams.grad_cam(*sample()))
    assert shares.sum() == pytest.approx(1)
    assert not cams.channel_shares(np.zeros((2, 2, 3))).any()


def test_every_method_says_what_it_shows_what_it_costs_and_where_it_is_from():
    assert len(METHODS) == 14
    for key, method in METHODS.items():
        assert method.about.endswith("."), key
        assert method.cost
        assert any(year in method.paper for year in ("2013", "2014", "2016", "2017", "2018", "2020", "2021")), key
        assert method.on_layer == (key.endswith(("cam", "cam++"))), key
