"""torch.nn's recurrent layers, run with the parameters of impls.

The parameters are put in by functional_call, so gradients arrive at the very tensors the impls use and both
routes can be compared leaf by leaf. Shared initial states of zero.
"""

import torch
from torch import Tensor
from torch.func import functional_call

from impls.recurrent.elman import Elman
from impls.recurrent.gru import GRU
from impls.recurrent.lstm import LSTM


def _flat(xs: Tensor) -> Tensor:
    """torch.nn takes one batch dimension."""
    return xs.reshape(len(xs), -1, xs.shape[-1])


def _layer(kind: type, hidden: Tensor, inputs: Tensor, b_inputs: Tensor, b_hidden: Tensor, xs: Tensor, start):
    """The layer's outputs and final state, with the given weights in torch's order of gates."""
    layer = kind(inputs.shape[1], hidden.shape[1], dtype=xs.dtype)
    weights = {"weight_hh_l0": hidden, "weight_ih_l0": inputs, "bias_ih_l0": b_inputs, "bias_hh_l0": b_hidden}
    outputs, final = functional_call(layer, weights, (_flat(xs), start))
    return outputs.reshape(*xs.shape[:-1], -1), final


def torch_elman(p: Elman, xs: Tensor, h0: Tensor) -> Tensor:
    """torch.nn.RNN's states."""
    return _layer(torch.nn.RNN, p.W_h, p.W_x, p.b, torch.zeros_like(p.b), xs, _flat(h0[None]))[0]


def torch_lstm(p: LSTM, xs: Tensor, h0: Tensor, C0: Tensor) -> tuple[Tensor, Tensor]:
    """torch.nn.LSTM's states and its last cell: the fused layer does not show the cells between."""
    d = len(p.b_f)
    W, b = torch.cat([p.W_i, p.W_f, p.W_C, p.W_o]), torch.cat([p.b_i, p.b_f, p.b_C, p.b_o])
    start = _flat(h0[None]), _flat(C0[None])
    hs, (_, C) = _layer(torch.nn.LSTM, W[:, :d], W[:, d:], b, torch.zeros_like(b), xs, start)
    return hs, C.reshape(C0.shape)


def torch_gru(p: GRU, xs: Tensor, h0: Tensor) -> Tensor:
    """torch.nn.GRU's states."""
    d = len(p.b)
    W, b = torch.cat([p.W_r, p.W_z, p.W]), torch.cat([p.b_r, p.b_z, p.b])
    b_hidden = torch.cat([torch.zeros(2 * d, dtype=b.dtype), p.b_hn])
    return _layer(torch.nn.GRU, W[:, :d], W[:, d:], b, b_hidden, xs, _flat(h0[None]))[0]
