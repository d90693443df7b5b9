"""From a file in Markdown, LaTeX or plain text to its sentences, each with its place and its words."""
