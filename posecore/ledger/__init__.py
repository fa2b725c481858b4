"""Claims that are written down before anybody knows, then tested on people nobody has seen.

A claim is sealed: the hash of what it says, of the networks and of the bundle is the seed of new people. It
is tested once, on them, and both are lines of a file whose every line holds the hash of the line before.
"""
