"""A learner's Compose file, brought up within our bounds, put through what happens to stacks, and taken down again.

    taken.py         the file as the policy lets it pass and Compose understands it: a Composing, which can be kept
    images.py        the images of its services, each built from what the policy let pass
    course_image.py  the course's own log-collector
    runnable.py      the model that runs: theirs, with our labels, bounds and networks without a way out
    stack.py         a Stack: `up`, `down`, its containers and networks, and an agent on one of these

Any file can be brought up so, also one that stands alone: `taken(…, include=None)`. Of task 5 are

    composed.py      the learner's file and its images
    flowing.py       one run: waiting.py (how it came up) → flow.py (logs, hop by hop) ∥ reach.py (doors) → bounds.py
    lasting.py       another: waiting.py → flow.py → crash.py → Redis killed → `down`, `up`, `down -v`

A run starts where things were made to be late, and ends where all is gone. What a stack does to itself, to its Redis or
to its network is its own doing: it shows in what is recorded, and is never ours.
"""
