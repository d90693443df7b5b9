"""What can be asked for on the command line, each loaded when it is asked for; the floor above all others."""
