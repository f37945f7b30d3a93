"""The loop of a watch: whatever happens comes through one queue, and one grade is under way at most."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sentinel_grader import earlier
from sentinel_grader.grading import Grade, declared, observed
from sentinel_grader.learner import Progress
from sentinel_grader.watching import plan
from sentinel_grader.watching.events import Broken, Ended, Happening, Happenings, JudgedAll, Pressed, Saved
from sentinel_grader.watching.grades import Begin, UnderWay
from sentinel_grader.watching.looks import Look, Looking
from sentinel_grader.watching.plan import Stage
from sentinel_grader.watching.screen import Screen, View, is_right, saved


@dataclass
class Work:
    """A grade under way, and what it was begun for. `again`: it is an edited submission's, whose checks were told of
    before. `old`: what it looks at has changed since. `graded`: what came of it, once all is judged."""

    stage: Stage
    grade: UnderWay
    view: View
    showing: contextlib.ExitStack
    again: bool
    old: bool = False
    graded: Grade | None = None


class Watch:
    """A watch of `submission`, from `stage` on."""

    def __init__(
        self, submission: Path, stage: Stage, begin: Begin, looking: Looking, screen: Screen, happenings: Happenings
    ) -> None:
        self._submission, self._stage, self._begin, self._looking = submission, stage, begin, looking
        self._screen, self._happenings = screen, happenings
        self._look = Look({}, {})
        self._work: Work | None = None
        self._only, self._over = False, False
        self._full, self._told_of, self._why = False, "", ""

    def run(self) -> None:
        """Watch until somebody quits. Whatever ends it, nothing that was begun is left."""
        self._look = self._looking()
        self._grade(self._stage, "First look")
        try:
            while not self._over:
                self._take(self._happenings.get())
        finally:
            if self._work:
                self._screen.say("Ending what is under way, and taking away what it made …")
                with self._work.showing:
                    self._work.grade.stop()

    def _take(self, happening: Happening) -> None:
        match happening:
            case Saved():
                self._saved()
            case Pressed(key=key):
                self._pressed(key)
            case JudgedAll(graded=graded):
                self._judged_all(graded)
            case Ended(trouble=trouble):
                self._ended(trouble)
            case Broken(why=why):
                self._screen.say(f"Saves can no longer be noticed ({why}). g grades; q quits.")

    # --- a save ---------------------------------------------------------------------------------------------------

    def _saved(self) -> None:
        before, self._look = self._look, self._looking()
        files = self._look.differing(before)
        stage = self._work.stage if self._work else self._stage
        concerned = self._look.concerned(before, observed(declared(stage.ids)))
        if not concerned:
            if files and set(files) <= set(self._look.given):
                self._screen.saved(files, "it was given to you, and the course's own is graded in its place")
            elif files:
                self._screen.saved(files, f"nothing that {stage.words} is judged by")
        elif self._work:
            called_off = "what is under way and rests on it is called off"
            self._screen.saved(files, "graded in a moment" if self._work.graded else called_off)
            self._work.old, self._why = True, saved(files)
            self._work.grade.call_off(concerned)
        else:
            self._grade(stage, saved(files))

    # --- a key ----------------------------------------------------------------------------------------------------

    def _pressed(self, key: str) -> None:
        actions: dict[str, Callable[[], None]] = {
            "n": lambda: self._screen.hint(self._stage),
            "h": lambda: self._screen.hint(self._stage),
            "t": self._toggle_only,
            "g": self._grade_all,
            "q": self._quit,
        }
        if key in actions:
            actions[key]()

    def _toggle_only(self) -> None:
        self._only = not self._only
        if self._only:
            self._screen.say(f"Only {self._stage.words}: no look at earlier ones, no going on. t takes it back.")
        else:
            self._screen.say(f"With {self._stage.words}, earlier ones are looked at; after it comes the next.")
            self._go_on()

    def _grade_all(self) -> None:
        self._full = True
        if self._work:
            self._screen.say("All of the module is graded next.")
        else:
            self._next()

    def _quit(self) -> None:
        self._over = True

    # --- a grade --------------------------------------------------------------------------------------------------

    def _grade(self, stage: Stage, why: str) -> None:
        again, self._told_of = self._told_of == stage.name, stage.name
        self._screen.grading(stage, why)
        showing = contextlib.ExitStack()
        view = showing.enter_context(self._screen.view(stage, again=again))
        watched = () if self._only else stage.ids
        self._work = Work(
            stage, self._begin(stage.ids, earlier.beside(watched, self._submission), view), view, showing, again
        )

    def _judged_all(self, graded: Grade) -> None:
        assert self._work
        if self._work.old:
            return
        self._work.graded = graded
        self._work.showing.close()
        self._screen.ended(graded, self._work.view, again=self._work.again)
        earlier.remember(graded.result, graded.beside, graded.contents, self._submission)

    def _ended(self, trouble: str) -> None:
        assert self._work
        work, self._work = self._work, None
        work.showing.close()
        if work.old:
            self._grade(work.stage, self._why)
            return
        if trouble:
            self._screen.trouble(trouble, graded=work.graded is not None)
        self._next(work.graded is not None and is_right(work.graded) and work.stage == self._stage)

    def _next(self, done: bool = False) -> None:
        """What comes after a grade: all of the module where somebody asked for it, the next task, or a wait."""
        if self._full:
            self._full = False
            self._grade(plan.whole(self._stage), "As you asked")
        elif done:
            self._go_on()
        else:
            self._screen.waiting(self._stage, only=self._only)

    def _go_on(self) -> None:
        """On to the next task, if this one is done."""
        progress = Progress.read(self._submission)
        if self._work or self._only or not self._stage.is_done(progress):
            self._screen.waiting(self._stage, only=self._only)
            return
        then = plan.after(self._stage, progress)
        self._screen.done(self._stage, then)
        if then:
            self._stage = then
            self._grade(then, "On")
        else:
            self._screen.waiting(self._stage, only=self._only)
