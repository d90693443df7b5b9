"""torch's recurrent layers, as a student builds them, and sequences for them; everything is drawn from a seed, in float64."""

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

INPUTS, WIDTH = 3, 2
CELLS = {"RNN": torch.nn.RNN, "GRU": torch.nn.GRU, "LSTM": torch.nn.LSTM}


@dataclass(frozen=True)
class Layer:
    """torch.nn.RNN, GRU or LSTM, two units wide."""

    cell: str
    layers: int = 1
    bidirectional: bool = False
    biases: bool = True

    def __str__(self) -> str:
        extras = [f"{self.layers} layers"] * (self.layers > 1) + ["both directions"] * self.bidirectional
        return ", ".join([f"torch.nn.{self.cell}", *extras, *["no biases"] * (not self.biases)])

    def drawn(self, seed: int) -> Any:
        """The module with weights uniform within [-1, 1]."""
        generator = torch.Generator().manual_seed(seed)
        kind, more = CELLS[self.cell], {"dtype": torch.float64, "device": "meta"}  # where nothing is drawn yet
        module = kind(INPUTS, WIDTH, num_layers=self.layers, bias=self.biases, bidirectional=self.bidirectional, **more).to_empty(
            device="cpu"
        )
        for parameter in module.parameters():
            torch.nn.init.uniform_(parameter, -1, 1, generator=generator)
        return module


@dataclass(frozen=True)
class Read:
    """What a layer returns for one sequence: its outputs (n, directions · width), and h_n (layers · directions, width)."""

    outputs: torch.Tensor
    h_n: torch.Tensor
    c_n: torch.Tensor | None = None


def tokens(n: int, seed: int) -> torch.Tensor:
    """A sequence (n, inputs), standard normal."""
    return torch.randn(n, INPUTS, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def alone(module: Any, xs: torch.Tensor, padding: int = 0) -> Read:
    """The sequence by itself, nothing beside it in the batch and no padding, whatever is asked for."""
    return _read(*module(xs[:, None]))


def padded(module: Any, xs: torch.Tensor, padding: int) -> Read:
    """In a batch with a longer sequence: zeros are added to its end, and the layer is told nothing of it."""
    outputs, final = module(_batch(xs, padding))
    return _read(outputs[:, :1], _first(final))


def packed(module: Any, xs: torch.Tensor, padding: int) -> Read:
    """In the same batch, packed: the layer knows where the sequence ends. Its outputs are padded with zeros afterwards."""
    batch = _batch(xs, padding)
    lengths = torch.tensor([len(xs), len(batch)])
    outputs, final = module(pack_padded_sequence(batch, lengths, enforce_sorted=False))
    return _read(pad_packed_sequence(outputs)[0][:, :1], _first(final))


def packed_one_short(module: Any, xs: torch.Tensor, padding: int) -> Read:
    """A near miss: packed with a length that is too small by one."""
    return packed(module, xs[:-1], padding + 1)


def _batch(xs: torch.Tensor, padding: int) -> torch.Tensor:
    return pad_sequence([xs, tokens(len(xs) + padding, seed=0)])


def _first(final: Any) -> Any:
    return tuple(part[:, :1] for part in final) if isinstance(final, tuple) else final[:, :1]


def _read(outputs: torch.Tensor, final: Any) -> Read:
    if isinstance(final, tuple):
        return Read(outputs[:, 0], final[0][:, 0], final[1][:, 0])
    return Read(outputs[:, 0], final[:, 0])
