import numpy as np
import pytest

from engine.explain.asking import (
    Wanted,
    ask,
    class_labels,
)
from engine.explain.beside import check, one_channel, stages, strongest_channels

IMAGE = np.random.default_rng(6).integers(0, 255, (40, 30, 3), dtype=np.uint8)


def test_an_answer_lies_on_the_image(explainer):
    found = ask(explainer, IMAGE, Wanted())
    assert found.placed.values.shape == (40, 30)
    assert found.explanation.target.label == class_labels(explainer)[found.explanation.target.class_id]


def test_the_default_class_of_a_difference_is_another_one(explainer):
    top = ask(explainer, IMAGE, Wanted()).explanation.target.class_id
    found = ask(explainer, IMAGE, Wanted(against=top)).explanation.target
    assert found.against == top
    assert found.class_id != top


def test_three_classes_in_one_picture(explainer):
    found = ask(explainer, IMAGE, Wanted(together=True))
    assert [one.target.class_id for one in found.others] == sorted(
        range(4), key=lambda index: -explainer.logits(found.prepared.tensor[None])[0, index]
    )[:3]
    assert found.blended.shape == IMAGE.shape
    assert (found.blended != IMAGE).any()


def test_channels_add_up_to_the_map(explainer):
    found = ask(explainer, IMAGE, Wanted("hires-cam"))
    parts = strongest_channels(found)
    assert sum(share for _, share, _, _ in parts) == pytest.approx(1, abs=1e-5)
    total = sum(one_channel(found, channel).values for channel, *_ in parts)
    np.testing.assert_allclose(total, found.placed.values, atol=1e-5)
    assert strongest_channels(ask(explainer, IMAGE, Wanted("gradient"))) == []


def test_stages_of_a_network(explainer):
    (stage,) = stages(ask(explainer, IMAGE, Wanted()))
    assert stage[:2] == ("conv2", "14 × 14")
    assert stage[2].shape == (16, 16, 3)


def test_all_checks_of_a_map(explainer):
    result = check(ask(explainer, IMAGE, Wanted("hires-cam", layer="conv2")))
    assert result.passed in (True, False)
    assert "Rank correlation" in result.sentence
    assert 0 <= result.curves.deletion_auc <= 1
    assert 0 <= result.kept.drop <= 1


def test_network_copies_that_fail_leave_the_other_checks(monkeypatch, explainer):
    import keras

    def refuse(_):
        raise NotImplementedError("no config")

    found = ask(explainer, IMAGE, Wanted())
    monkeypatch.setattr(keras.models, "clone_model", refuse)
    result = check(found)
    assert result.passed is None
    assert "cannot be copied: no config" in result.sentence
