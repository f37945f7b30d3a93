"""A learner's Compose file, brought up within our bounds and taken down again.

    taken.py         the file as the policy lets it pass and Compose understands it: a Composing, which can be kept
    images.py        the images of its services, each built from what the policy let pass
    course_image.py  the course's own log-collector
    runnable.py      the model that runs: theirs, with our labels, bounds and networks without a way out
    stack.py         a Stack: `up`, `down`, its containers and networks, and an agent on one of these

Observations stand beside these: composed.py and what builds on it. Any file can be brought up so, also one that
stands alone: `taken(…, include=None)`.
"""
