"""What a machine must have to run Sentinel, found or brought up from nothing.

engine.py        the container engine: found, started, or installed from the distribution's packages
plugins.py       Compose and buildx, where the distribution has none of its own
bases/           base images: already here, pulled, from a tar, or built from Debian packages
stages.py        Sentinel itself, stage by stage: build, start, wait, send one log through
doctor.py        says what is there and what to do, and changes nothing
journal.py       remembers what was started and installed, so that `down --all` can undo it
"""
