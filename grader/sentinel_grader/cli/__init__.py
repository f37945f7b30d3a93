"""The verbs of `./sentinel`. What they do stands elsewhere; here they get their words, options and exit statuses.

app.py          the program itself
environment.py  up, down, doctor, bases
project.py      test, bench
grading.py      grade, tasks, hint, reset
notebook.py     notebook
watching.py     watch
traffic.py      traffic
"""

from sentinel_grader.cli import environment as environment
from sentinel_grader.cli import grading as grading
from sentinel_grader.cli import notebook as notebook
from sentinel_grader.cli import project as project
from sentinel_grader.cli import traffic as traffic
from sentinel_grader.cli import watching as watching
from sentinel_grader.cli.app import app as app
from sentinel_grader.cli.app import main as main
