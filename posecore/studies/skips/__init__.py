"""What every skip connection carries, over a whole data set.

All of it cuts skips of a trained network at test time; nothing here trains without them.
"""
