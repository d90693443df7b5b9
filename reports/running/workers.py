"""What every process that works for a run has to do. A process begins with it, so that nothing slow is imported here."""

import multiprocessing
import os
import threading


def leave_with_the_run() -> None:
    """Have this process end when the run does: killed, the run could not tell it to, and it would wait for work for ever."""
    threading.Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    if (run := multiprocessing.parent_process()) is not None:
        run.join()
        os._exit(1)
