import threading
import time

import pytest

from engine.cache import KeyedCache


def test_two_threads_build_a_value_once():
    built = []

    def build(key):
        time.sleep(0.05)
        built.append(key)
        return key.upper()

    cache: KeyedCache[str, str] = KeyedCache(build, 2)
    got = []
    threads = [threading.Thread(target=lambda: got.append(cache.get("a"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["A"] * 4
    assert built == ["a"]


def test_the_oldest_value_is_forgotten():
    built = []
    cache: KeyedCache[int, int] = KeyedCache(lambda key: built.append(key) or key, 2)
    for key in (1, 2, 1, 3, 1, 2):
        assert cache.get(key) == key
    assert built == [1, 2, 3, 2]


def test_a_failed_build_is_tried_again():
    tries = []

    def build(key):
        tries.append(key)
        if len(tries) == 1:
            raise ValueError("not yet")
        return key

    cache: KeyedCache[str, str] = KeyedCache(build, 2)
    with pytest.raises(ValueError, match="not yet"):
        cache.get("a")
    assert cache.get("a") == "a"
