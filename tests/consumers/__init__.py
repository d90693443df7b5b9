"""What the tools of others make of what is written for them. Each is skipped where its tool is not at hand."""
