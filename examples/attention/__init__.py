"""A page on attention: notes for one lecture. `text.toml` names the chapters, `notes.md` is the page itself."""
