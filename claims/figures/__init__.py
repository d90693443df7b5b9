"""The figures of the claims: each is a function from the evidence, reading by reading, to a chart that states a finding.

A figure shows what the check showed or the mechanism behind it; it never decides anything.
"""

from claims.kit.evidence.evidence import ReadingEvidence

Seen = dict[str, ReadingEvidence]
