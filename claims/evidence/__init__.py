"""What was seen, as data: evidence, values as JSON and back, kept runs, and keys of all that these rest on."""
