"""Signing in: the directory of principals, the tokens they get, and the documents that lead clients here.

Nothing in this room knows galleries; the rules next door know of it only who sent a request.
"""
