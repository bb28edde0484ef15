"""Data by name, from folders and from files."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest

from engine.data.datasets import DATASETS, open_source
from engine.data.shapes import NAMES, draw_shapes, outline
from engine.errors import DownloadFailed, InvalidSetting
from tests.engine.data.conftest import paint


def test_digits_are_those_of_scikit_learn():
    from sklearn.datasets import load_digits

    source = open_source("digits")
    expected = load_digits()
    assert np.array_equal(source.labels, expected.target)
    assert np.array_equal(source.images.pixels, np.rint(expected.images * 255 / 16))
    assert source.class_names == tuple("0123456789")


def test_shapes_depend_on_the_seed_alone_and_are_even():
    images, labels = draw_shapes(40, 24, seed=3)
    again, _ = draw_shapes(40, 24, seed=3)
    other, _ = draw_shapes(40, 24, seed=4)
    assert images.shape == (40, 24, 24, 3)
    assert np.array_equal(images, again)
    assert not np.array_equal(images, other)
    assert np.bincount(labels).tolist() == [10, 10, 10, 10]


def test_outlines_lie_on_the_unit_circle():
    for name in NAMES:
        radii = np.linalg.norm(outline(name, 0.3), axis=1)
        assert radii.max() == pytest.approx(1)


def test_a_folder_of_class_folders(colours):
    source = open_source(str(colours))
    assert source.class_names == ("blue", "red")
    assert np.bincount(source.labels).tolist() == [8, 8]
    assert source.images[0].shape[2] == 3
    assert not source.test.any()


def test_train_and_test_folders_keep_their_division(tmp_path):
    for part, count in (("train", 4), ("test", 2)):
        for name in ("a", "b"):
            for index in range(count):
                paint(tmp_path / part / name / f"{index}.png", (9, 9, 9))
    source = open_source(str(tmp_path))
    assert source.class_names == ("a", "b")
    assert source.test.sum() == 4
    assert len(source.labels) == 12


def test_empty_classes_are_left_out_with_a_note(colours):
    (colours / "green").mkdir()
    source = open_source(str(colours))
    assert source.class_names == ("blue", "red")
    assert "green" in source.notes[0]


def test_one_class_is_refused_with_the_way_out(tmp_path):
    paint(tmp_path / "only" / "1.png", (0, 0, 0))
    with pytest.raises(InvalidSetting, match=r"holds 1 subfolder with images\. .*one subfolder per class"):
        open_source(str(tmp_path))


def test_a_changed_file_changes_the_fingerprint(colours):
    before = open_source(str(colours)).images.fingerprint()
    assert open_source(str(colours)).images.fingerprint() == before
    paint(colours / "red" / "0.jpg", (0, 255, 0), side=40)
    assert open_source(str(colours)).images.fingerprint() != before


def test_npz_files(tmp_path):
    x, y = np.arange(2 * 4 * 4, dtype=np.uint8).reshape(2, 4, 4), np.array([0, 1])
    np.savez(tmp_path / "d.npz", x_train=x, y_train=y, x_test=x[:1], y_test=y[:1])
    source = open_source(str(tmp_path / "d.npz"))
    assert source.labels.tolist() == [0, 1, 0]
    assert source.test.tolist() == [False, False, True]
    np.savez(tmp_path / "bad.npz", x=x.astype(float), y=y)
    with pytest.raises(InvalidSetting, match="float64"):
        open_source(str(tmp_path / "bad.npz"))
    np.savez(tmp_path / "other.npz", spam=x)
    with pytest.raises(InvalidSetting, match="holds spam"):
        open_source(str(tmp_path / "other.npz"))
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04nothing")
    with pytest.raises(InvalidSetting, match=r"broken\.npz"):
        open_source(str(tmp_path / "broken.npz"))


def test_idx_folders(tmp_path):
    pixels = np.arange(3 * 5 * 5, dtype=np.uint8).reshape(3, 5, 5)
    images = struct.pack(">HBB3I", 0, 8, 3, 3, 5, 5) + pixels.tobytes()
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(images))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(struct.pack(">HBBI", 0, 8, 1, 3) + bytes([2, 0, 1]))
    source = open_source(str(tmp_path))
    assert np.array_equal(source.images.pixels, pixels)
    assert source.labels.tolist() == [2, 0, 1]
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(images[:40]))
    with pytest.raises(InvalidSetting, match="not an idx file"):
        open_source(str(tmp_path))


def test_mnist_from_its_own_files(shared):
    source = open_source(str(shared / "data" / "mnist"))
    assert np.bincount(source.labels[~source.test])[0] == 5923
    assert source.test.sum() == 10_000


def test_unknown_data_name_the_known_ones():
    with pytest.raises(InvalidSetting, match="fashion-mnist"):
        open_source("imaginary")
    assert set(DATASETS) == {"digits", "shapes", "mnist", "fashion-mnist", "cifar10", "cifar100"}


def test_a_failed_download_offers_a_local_file(monkeypatch):
    import keras

    def fails():
        raise Exception("URL fetch failure on https://example.org: timed out")

    monkeypatch.setattr(keras.datasets.cifar100, "load_data", fails)
    with pytest.raises(DownloadFailed, match="local copy"):
        open_source("cifar100")


def test_shapes_are_drawn_in_the_size_asked_for():
    from engine.data.preparation import prepare_dataset
    from engine.data.settings import DataSettings

    drawn = prepare_dataset(DataSettings("shapes", size=12, limit=40))
    source = open_source("shapes", size=12)
    assert drawn.pixels.shape[1:] == (12, 12, 3)
    assert np.array_equal(drawn.pixels[3], source.images.pixels[int(drawn.origin(3).split()[-1])])


def test_small_images_are_not_blown_up(colours, tmp_path):
    assert open_source(str(colours)).size == 23  # shorter sides of 20 to 27 pixels
    for name in ("a", "b"):
        paint(tmp_path / "large" / name / "1.png", (1, 2, 3), side=300)
    assert open_source(str(tmp_path / "large")).size == 96


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"y": [0, 2], "class_names": ["a", "b"]}, "has 2 class names, but labels up to 2"),
        ({"y": [0, 10**9]}, "has 2 images, but labels up to 1000000000"),
        ({"class_names": "ant"}, r"class_names has shape \(\)"),
        ({"class_names": np.array(["a", {}], object)}, "holds Python objects or is no archive"),
        ({"x_test": np.zeros((1, 9, 8), np.uint8), "y_test": [0]}, r"shape \(8, 8\) in x and \(9, 8\) in x_test"),
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(tmp_path, arrays, words):
    np.savez(tmp_path / "d.npz", **{"x": np.zeros((2, 8, 8), np.uint8), "y": [0, 1]} | arrays)
    with pytest.raises(InvalidSetting, match=words) as refused:
        open_source(str(tmp_path / "d.npz"))
    assert "allow_pickle" not in str(refused.value)


def test_a_file_of_another_kind_is_no_data(tmp_path):
    (tmp_path / "photo.npz").write_bytes(b"\xff\xd8\xff\xe0JFIF")
    with pytest.raises(InvalidSetting, match="is no archive"):
        open_source(str(tmp_path / "photo.npz"))
