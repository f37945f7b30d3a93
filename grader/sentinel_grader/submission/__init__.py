"""A submission as the grader takes it: a clean copy, made without trusting anything in it.

    course checkout ─ modules, without exercises/ and solutions/ ─┐
                                                                  ├─▶ target   and a Submission that says what was taken
    submission ────── module-0N-*/exercises/ alone, bounded ──────┘

    names.py     which names are left out, which are refused
    walk.py      the bounded walk      reading.py   one file, read whole or not at all
    copying.py   clean_copy            writing.py   one file into the copy
    given.py     the code that learners are given, laid over theirs

No git is run in the submission, no link in it is followed, and nothing but regular files is opened.
"""

from sentinel_grader.submission.copying import Submission, clean_copy
from sentinel_grader.submission.given import OWN, changed_given_files, keep_own, lay_given_code
from sentinel_grader.submission.limits import LIMITS, Limits
from sentinel_grader.submission.refusal import Refusal, shown

__all__ = [
    "LIMITS",
    "OWN",
    "Limits",
    "Refusal",
    "Submission",
    "changed_given_files",
    "clean_copy",
    "keep_own",
    "lay_given_code",
    "shown",
]
