"""Networks in training: experiments, whose runs are kept (`claims.evidence.runs`), a module for each kind of task.

Edits of a module here, and of what it imports, undo its runs. Sizes were chosen on the seeds of `fair.DISCARDED`; what counts as
learnt was fixed before any other seed was run.
"""
