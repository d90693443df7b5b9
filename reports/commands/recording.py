"""The commands that a bare machine has, too, without click: what they answer to --help."""

RECORDING = {
    "record-hardware": """\
Usage: python -m reports record-hardware

  Time this machine, and keep what was measured.

  It takes about 7 minutes and no arguments. Nothing is needed but torch and
  numpy.

  For instance: python -m reports record-hardware

  Writes a file for each device into reports/evidence/recorded, after
  each comparison, so that what was timed is kept.""",
    "record-libraries": """\
Usage: python -m reports record-libraries [NAME]...

  Ask installed libraries what they compute.

  NAME is a library; without one all that are installed are asked. What they
  answer is compared with what is recorded.

  For instance: python -m reports record-libraries torch

  Writes a file for each version into reports/evidence/libraries, in place of
  what that version answered before.""",
}


def in_a_line(name: str) -> str:
    """What a command is for."""
    return RECORDING[name].split("\n\n")[1].strip()
