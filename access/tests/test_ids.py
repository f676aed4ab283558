import re

from access.ids import new_public_id


def test_public_ids_are_128_random_bits():
    ids = {new_public_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch(r"[\w-]{22}", one) for one in ids)
