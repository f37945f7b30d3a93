"""What the alerter's tests share. The service is installed nowhere: its folder goes on the path, as in an image."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
