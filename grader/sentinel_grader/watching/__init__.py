"""`./sentinel watch`: save a file, and what depends on it is judged again.

saves.py   what the file system tells of: one word for a burst of it
keys.py    what is typed
looks.py   the submission as it lies there, and what of it differs from before
plan.py    which task is next
grades.py  a grade in a thread of its own, which can be called off
screen.py  what is said
loop.py    the loop: whatever happens comes through one queue
verb.py    all of it put together
played.py  a program at a terminal, for tests, `bench watch` and recording/, which makes the picture in the README
"""
