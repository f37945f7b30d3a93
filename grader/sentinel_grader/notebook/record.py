"""Makes the recordings beside the notebook of module 1, on a real engine: `python -m sentinel_grader.notebook.record`.

They are of the course's own solution, and of the naive recipe.
"""

from __future__ import annotations

import sys

import msgspec

from sentinel_grader import pristine, scratch
from sentinel_grader.notebook.images import STORED, usable_engine
from sentinel_grader.notebook.measuring import measured, say_now


def main() -> int:
    """Write the file; 1 where there is nothing to measure on, or something is missing."""
    engine, missing = usable_engine()
    if not engine:
        sys.stderr.write(f"{missing}\n")
        return 1
    with scratch.folder("solutions") as folder:
        pristine.lay(folder, solved=True)
        seen = measured(folder, engine, say_now)
    if seen.missing:
        sys.stderr.write(f"{seen.missing}\n")
        return 1
    source = f"the course's solution, recorded on Docker Engine {engine.version}, {engine.architecture}"
    seen = msgspec.structs.replace(seen, source=source, made_by="python -m sentinel_grader.notebook.record")
    STORED.write_bytes(msgspec.json.format(msgspec.json.encode(seen), indent=2) + b"\n")
    sys.stdout.write(f"wrote {STORED.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
