"""Networks trained side by side, over the same people.

What differs is told person by person, with intervals over people: what makes a person hard is hard for both
networks, so the difference is known better than either score.
"""
