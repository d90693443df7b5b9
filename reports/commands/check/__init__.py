"""`check`: whether a report is one that was made of its record, and the record one that follows from its evidence."""
