"""The statements by their words: one index for what is asked on the start page and for the sentences of anybody's notes."""
