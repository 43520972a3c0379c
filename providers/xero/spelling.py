"""Finds the keys of Xero's records whatever their case, which was another one at times (seen live in 2021)."""

from providers.kit.json_values import Record


class Spelling:
    """The keys that are read from one kind of record, found whatever their case."""

    _MOST_SEEN = 500
    """Kinds of record have below a hundred keys; memory stays bounded whatever arrives."""

    def __init__(self, *keys: str) -> None:
        self._by_lower = {key.lower(): key for key in keys}
        self._seen = set(keys)

    def of(self, record: Record) -> Record:
        """The record with these keys in their usual case; the same object when it has them."""
        if self._seen.issuperset(record):
            return record
        renamed: Record = {}
        for key in record:
            expected = self._by_lower.get(key.lower())
            if expected is not None and expected != key:
                if expected not in record:
                    renamed[expected] = record[key]
            elif len(self._seen) < self._MOST_SEEN:
                self._seen.add(key)
        return {**record, **renamed} if renamed else record
