"""Lessons that run, files that open again, and the command line."""

import json

import matplotlib.image
import numpy as np
import pytest

from engine.commands import COMMANDS, build_parser, run
from engine.errors import InvalidSetting
from engine.playground import inputs
from engine.playground.document import save_stack
from engine.playground.export import save_stage
from engine.playground.kernels import make_kernel
from engine.playground.layers import LAYERS, Convolution, Flatten
from engine.playground.lessons import lessons
from engine.playground.stack import Runner, Stack
from tests.engine.playground.strategies import normal

EXPERIMENTS = [(lesson.kind, e) for lesson in lessons().values() for e in lesson.experiments]


def test_every_layer_has_a_lesson_with_three_experiments():
    assert set(lessons()) == set(LAYERS)
    for kind, lesson in lessons().items():
        assert len(lesson.experiments) == 3, kind
        assert lesson.what.endswith(".")
        assert lesson.attempt.endswith(".")


@pytest.mark.parametrize(("kind", "experiment"), EXPERIMENTS, ids=lambda value: getattr(value, "title", value))
def test_experiments_run_and_use_their_layer(kind, experiment):
    stages = Runner().run(experiment.stack, inputs.from_source(experiment.input, experiment.grey).values)
    assert kind in [stage.layer.kind for stage in stages]
    assert np.isfinite(stages[-1].result).all()


def result_of(kind, title):
    experiment = next(e for e in lessons()[kind].experiments if e.title == title)
    return Runner().run(experiment.stack, inputs.from_source(experiment.input, experiment.grey).values)


def test_lessons_promise_what_happens():
    assert np.ptp(result_of("pooling", "A pattern disappears")[-1].result) == 0
    assert result_of("pooling", "Unused edge")[0].layer.windows((8, 8, 1))[0].unused == 2
    artefact = result_of("transposed_convolution", "The checkerboard artefact")[-1].result[3:8, 3:8]
    even = result_of("transposed_convolution", "No artefact")[-1].result[4:8, 4:8]
    assert np.ptp(artefact) > 0.3
    assert np.ptp(even) < 1e-6
    np.testing.assert_array_equal(result_of("flatten", "Row by row")[-1].result, np.arange(1, 17))
    assert abs(result_of("batch_normalisation", "Centred on zero")[-1].result.mean()) < 1e-4
    kept = (result_of("dropout", "Half is gone")[-1].result > 0).mean()
    assert 0.2 < kept < 0.8
    assert result_of("dense", "A tiny classifier")[-1].result.sum() == pytest.approx(1, abs=1e-6)
    stamp = result_of("transposed_convolution", "One stamp")[-1].result[8:13, 8:13, 0]
    np.testing.assert_allclose(stamp, make_kernel("gaussian", 5, 5), atol=1e-7)


def test_arrays_are_exported_exactly(tmp_path):
    values = normal(1, 5, 6, 3)
    save_stage(values, tmp_path / "a.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), values)
    save_stage(values, tmp_path / "b.npy", channel=1)
    np.testing.assert_array_equal(np.load(tmp_path / "b.npy"), values[:, :, 1:2])


@pytest.mark.parametrize("values", [normal(1, 5, 6, 3), np.abs(normal(1, 9, 9, 1)), normal(1, 700)])
def test_pictures_are_exported_with_their_scale(values, tmp_path):
    save_stage(values, tmp_path / "a.png", "Stage")
    picture = matplotlib.image.imread(tmp_path / "a.png")
    assert picture.shape == (900, 1050, 4)
    assert len(np.unique(picture.reshape(-1, 4), axis=0)) > 50
    save_stage(values, tmp_path / "a.svg", "Stage")
    assert (tmp_path / "a.svg").read_text().rstrip().endswith("</svg>")


def test_export_refuses_other_files_and_leaves_nothing_behind(tmp_path):
    with pytest.raises(InvalidSetting, match=r"\.bmp"):
        save_stage(normal(1, 2, 2, 1), tmp_path / "a.bmp")
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidSetting, match="cannot be written"):
        save_stage(normal(1, 2, 2, 1), tmp_path / "file" / "a.npy")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def command(*arguments):
    return run(build_parser(COMMANDS).parse_args(["playground", *map(str, arguments)]))


def test_the_command_runs_a_stack(tmp_path, capsys):
    sobel = Convolution().change(kernel=make_kernel("sobel")[:, :, None, None])
    save_stack(Stack((sobel,)), tmp_path / "s.json")
    out = tmp_path / "out.npy"
    assert command(tmp_path / "s.json", "square", "--out", out, "--cell", "1,2,0") == 0
    text = capsys.readouterr().out
    assert "3 × 3 × 1" in text
    assert "−4 + 0 = −4" in text
    np.testing.assert_array_equal(np.load(out)[..., 0], [[3, 0, -3], [4, 0, -4], [3, 0, -3]])
    assert command(tmp_path / "s.json", "square", "--code") == 0
    assert "keras.layers.Conv2D(1, (3, 3)" in capsys.readouterr().out


def test_the_command_says_what_is_wrong_in_one_line(tmp_path, capsys):
    save_stack(Stack((Flatten(),)), tmp_path / "s.json")
    assert command(tmp_path / "s.json", "square", "--cell", "99") == 1
    assert "not a cell of a stage of 25" in capsys.readouterr().err
    (tmp_path / "old.json").write_text(json.dumps({"format": "other"}))
    assert command(tmp_path / "old.json", "square") == 1
    assert capsys.readouterr().err.count("\n") == 1
