"""Attention and what is built of it: layers, decoders, position codes; and convolution, its rival."""
