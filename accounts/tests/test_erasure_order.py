from accounts.privacy import DATA_PARTS


def test_the_account_is_emptied_last_since_the_others_still_read_it():
    order = list(DATA_PARTS)
    assert order[-1] == "account"
    assert order.index("checkins") < order.index("programs") < order.index("emails")
