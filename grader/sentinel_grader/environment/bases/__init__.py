"""Base images, from the first source that works.

    already here → pulled → `--from bases.tar` → built from Debian packages (a stand-in, standin.py)

Which bases there are is told by the folder `recipes/`: one short Dockerfile each, which builds the stand-in. A base is
asked for by its usual name, so no Dockerfile that rests on it changes.
"""
