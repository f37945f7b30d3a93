"""A watch at work, recorded from a real run, and a picture of it for the README.

    python -m sentinel_grader.watching.recording [--task 5] [--to .github/watch]

session.py  the run: a learner's checkout before a task, what is saved and typed, and what a terminal shows of it
cast.py     the recording, as asciinema plays it (https://docs.asciinema.org/manual/asciicast/v2/)
screen.py   what a terminal makes of the bytes: lines of coloured text, at each moment
picture.py  the moments as one SVG that moves, in light and in dark
"""
