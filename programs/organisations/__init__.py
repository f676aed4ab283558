"""Sign-in by an organisation with OpenID Connect (docs/decisions/050-openid-connect.md).

safe_requests.py  asks a provider, and no machine of our own network
id_tokens.py      what a token must prove before anything in it is believed
provider.py       allauth's provider and its steps, with our addresses, nonce and checks
codes.py          the code by e-mail that proves an address; nothing is looked up before it
linking.py        which account a proven person has, and when it may be signed in
social_adapter.py where allauth asks us
"""
