"""Observations: each does something to a submission and writes down what happened.

    outcome.py     how an observation ends: Recorded, SubmissionFault, Unavailable
    registry.py    @observation, and the graph that the functions' parameters draw
    keys.py        what an observation's recording is filed under: change none of it, and it need not run again
    store.py       recordings as JSON files in the grader's own state folder
    schedule.py    runs what is wanted, side by side, each as soon as what it builds on is recorded
    scope.py       what an observation may use: commands with deadlines, labelled containers, its inputs
    agent.py       the small container that all traffic to a submission comes from
    compose/       a learner's stack: brought up within bounds, put through what happens to stacks, taken down
    log.py         what a grade does with the engine, for whoever wants to repeat or measure it

One file for each kind of evidence stands beside these. Nothing here judges: that is what checks/ is for.
"""
