"""The record in words: the page for a forge, what changed since another record, how to cite, and words that all pages share."""
