import json
import shutil

import keras
import pytest

from engine import paths
from engine.errors import DownloadFailed, InvalidModel
from engine.models import acquire, published, store
from engine.models.catalog import entries, entry
from engine.models.published import Published

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Weights of the smallest catalog network, random: their shapes are what matters."""
    path = tmp_path_factory.mktemp("w") / "v3.weights.h5"
    keras.applications.MobileNetV3Small(weights=None).save_weights(path)
    return path


@pytest.fixture
def class_index(tmp_path):
    path = tmp_path / "imagenet_class_index.json"
    path.write_text(json.dumps({str(i): [f"n{i}", f"thing_{i}"] for i in range(1000)}))
    return path


def test_every_published_address_resolves():
    for model in entries().values():
        if model.builder:
            file = published.weights(model.id)
            assert file.url.startswith("https://")
            assert file.name.endswith(".h5")
            assert file.md5 is None or len(file.md5) == 32
            assert (file.md5 is None) == (model.id == "mobilenet-v2")
    assert published.class_index().name == "imagenet_class_index.json"


def test_import_brings_weights_labels_and_a_receipt(weights, class_index, tmp_path):
    shutil.copy(weights, tmp_path / "w.weights.h5")
    path = acquire.import_weights("mobilenet-v3-small", tmp_path / "w.weights.h5")
    model = entry("mobilenet-v3-small")
    assert path == store.weights_path(model) == paths.models() / "mobilenet-v3-small.weights.h5"
    assert store.class_labels(model)[7] == "thing 7"
    assert store.receipt(model).origin == "imported from w.weights.h5"
    assert len(store.receipt(model).sha256) == 64
    assert store.state(model) == "ready"


def test_wrong_architecture_is_refused_and_the_old_weights_stay(weights):
    kept = acquire.import_weights("mobilenet-v3-small", weights).read_bytes()
    with pytest.raises(InvalidModel, match="do not fit MobileNetV2"):
        acquire.import_weights("mobilenet-v2", weights)
    assert store.state(entry("mobilenet-v2")) == "missing"
    assert store.required_weights(entry("mobilenet-v3-small")).read_bytes() == kept


@pytest.mark.parametrize("damage", ["text", "truncated"])
def test_bad_files_are_refused_before_anything_changes(weights, tmp_path, damage):
    bad = tmp_path / "bad.h5"
    bad.write_bytes(b"<html>" if damage == "text" else weights.read_bytes()[:100_000])
    with pytest.raises(InvalidModel, match=r"bad\.h5"):
        acquire.import_weights("mobilenet-v3-small", bad)
    assert not list(paths.models().glob("*.h5"))


def test_weights_damaged_in_the_middle_are_refused(weights, tmp_path):
    data = bytearray(weights.read_bytes())
    for start in range(2_000, 60_000, 400):
        data[start : start + 40] = bytes(40)
    (tmp_path / "holes.weights.h5").write_bytes(data)
    with pytest.raises(InvalidModel, match="holes"):
        acquire.import_weights("mobilenet-v3-small", tmp_path / "holes.weights.h5")
    assert not list(paths.models().glob("*.h5"))


def serve(monkeypatch, site, weights, class_index, md5=None):
    """Let the catalog point at the test's own server, one file after the other."""
    index = Published("http://unused/imagenet_class_index.json", None)
    target = paths.models() / "imagenet_class_index.json"
    target.parent.mkdir(parents=True)
    shutil.copy(class_index, target)
    site.content = weights if isinstance(weights, bytes) else weights.read_bytes()
    monkeypatch.setattr(published, "class_index", lambda: index)
    monkeypatch.setattr(published, "weights", lambda _: Published(site.url, md5))


def test_a_download_is_checked_and_becomes_ready(monkeypatch, site, weights, class_index):
    serve(monkeypatch, site, weights, class_index)
    path = acquire.download("mobilenet-v3-small")
    assert path.read_bytes() == weights.read_bytes()
    assert store.receipt(entry("mobilenet-v3-small")).verified == "exact shapes"
    assert acquire.download("mobilenet-v3-small") == path
    assert len(site.seen) == 1


def test_a_download_of_another_network_is_refused_and_removed(monkeypatch, site, weights, class_index):
    serve(monkeypatch, site, weights, class_index)
    with pytest.raises(InvalidModel, match="do not fit MobileNetV2"):
        acquire.download("mobilenet-v2")
    assert store.state(entry("mobilenet-v2")) == "missing"


def test_an_interrupted_download_is_shown_as_partial(monkeypatch, site, weights, class_index):
    serve(monkeypatch, site, weights, class_index)
    site.mode = "cut"
    with pytest.raises(DownloadFailed):
        acquire.download("mobilenet-v3-small")
    assert store.state(entry("mobilenet-v3-small")) == "partial"
    site.mode = "whole"
    acquire.download("mobilenet-v3-small")
    assert store.state(entry("mobilenet-v3-small")) == "ready"
