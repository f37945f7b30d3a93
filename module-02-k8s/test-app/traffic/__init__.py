"""Makes requests to the test-app, as a day of business would: so that there is something to look at.

traffic/
  command.py     the command line: main(arguments)
  plan.py        who asks for what: tenants, their habits, and the curve of a day; pure, and the same for the same seed
  client.py      HTTP over kept connections
  run.py         sends each request when it is due, whether or not the ones before are answered
  tally.py       what came of it, second by second and in all
"""

from traffic.command import main

__all__ = ["main"]
