"""The reader's own copy of the essay, annotated: sentences, the passages that state claims, where they are now, and the page.

A text's `passages.toml` places each claim; no text of an essay is kept, so that a copy is needed to show it.
"""
