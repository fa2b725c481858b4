"""stub"""


def draw_study(bundle, cause, headline):
    pass
