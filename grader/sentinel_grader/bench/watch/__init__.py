"""From a save to the verdicts, beside rebuilding and starting again by hand, in turns, in one run.

edits.py    what is edited, and the task whose verdicts are waited for
by_hand.py  what people type without a watch: build, run, wait until it is healthy
measure.py  both of them in turns
report.py   the table, the verdicts, the JSON
"""
