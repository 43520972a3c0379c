"""Settings as they are sent: what is written, and values that must be there."""

import pytest
from pydantic import ValidationError

from contracts.words.connection_settings import SettingsPatch


def test_only_what_is_sent_is_written():
    assert SettingsPatch(refresh_hours=24).values() == {"refresh_hours": 24}
    assert SettingsPatch(costs_status=None).values() == {"costs_status": None}
    assert SettingsPatch(list_names=None).values() == {"list_names": None}


@pytest.mark.parametrize("name", ["refresh_hours", "contacts", "warns_of_new_suppliers"])
def test_what_always_has_a_value_cannot_be_null(name):
    with pytest.raises(ValidationError, match=f"{name} cannot be left empty"):
        SettingsPatch(**{name: None})
