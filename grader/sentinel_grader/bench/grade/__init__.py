"""`./sentinel bench grade`: a whole grade beside its own work on the engine, done one thing after another.

Warm: the bases are there and BuildKit's cache is, and no recording is used again (`--fresh`), so that both sides do all
of the work. The baseline is made from the log of a real grade and does only what that asked of the engine: it neither
reads an image's files nor judges anything, and what the grader asked only to know what it had made itself is left out.

commands.py       a call of the engine's API as a docker command
conversations.py  what an agent was asked, as one `docker exec`
script.py         the baseline: a shell script from a trace
replay_inside.py  asks once more inside an agent's container, until the answer comes that came then
critical.py       the chain of observations that a grade's length comes from
runs.py           grades and baselines as processes, with their seconds
cases.py          submissions that fail: how soon it is said
measure.py        all of it
report.py         the tables and the JSON
chart.py          the picture
"""
