"""`python -m traffic`."""

import sys

from traffic.command import main

sys.exit(main())
