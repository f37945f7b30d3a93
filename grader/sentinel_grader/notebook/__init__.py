"""What a lesson's notebook draws, and how it is opened.

images.py     the learner's image beside a naive one, as recordings; the course's own where there is no engine
measuring.py  observes an image for that, as a grade does
record.py     makes the recordings that lie beside the notebook
svg.py        shapes and texts
pictures.py   the pictures of images
card_map.py   the picture of a decision card: what it answers, fact by fact
opening.py    the learner's copy, and the server that shows it
"""
