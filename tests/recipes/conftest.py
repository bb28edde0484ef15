"""The made-up people, written once."""

import pytest

from tests.recipes.made_up_people import made_up_people


@pytest.fixture(scope="session")
def people(tmp_path_factory):
    return made_up_people(tmp_path_factory.mktemp("people"))
