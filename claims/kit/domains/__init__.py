"""Domains that several chapters share: numbers, seeds, matrices with a spectrum known by construction, chains of them."""

from claims.kit.domains.matrices import chains, matrices, vectors
from claims.kit.domains.numbers import any32, finite32, reals, seeds, whole

__all__ = ["any32", "chains", "finite32", "matrices", "reals", "seeds", "vectors", "whole"]
