"""A heterogeneous GraphSAGE layer over causal neighbours, trained on mini-batches of transactions.

Node type ``tx`` is the transaction in question; four relations lead to it from earlier transactions of
its card and its merchant: the latest ones as they looked, and older ones with the label that was known.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch_geometric.nn import HeteroConv, MessagePassing, SAGEConv

from risk_graph.features import Transactions
from risk_graph.neighbours import Floats, Ints

NEIGHBOURS = 24
_HIDDEN = 32
_BATCH = 1024
_SMALLEST_BATCH = 256
# A small bank still needs enough steps for the learning rate's one cycle.
_STEPS_PER_EPOCH = 20
RELATIONS = ("past_card", "past_merchant", "known_card", "known_merchant")


class RiskNetwork(nn.Module):
    """One HeteroConv(SAGE) layer and two dense ones; a logit per transaction. float32 [batch]."""

    def __init__(self) -> None:
        super().__init__()
        convolutions: dict[tuple[str, str, str], MessagePassing] = {
            (relation, "to", "tx"): SAGEConv((-1, -1), _HIDDEN, aggr=["mean", "max", "std"])
            for relation in RELATIONS
        }
        with warnings.catch_warnings():
            # Neighbours are sources only, by design; the library warns that they are not updated.
            warnings.filterwarnings("ignore", message="There exist node types")
            self.convolution = HeteroConv(convolutions, aggr="cat")
        self.head = nn.Sequential(nn.LazyLinear(_HIDDEN), nn.ReLU(), nn.Dropout(0.1), nn.Linear(_HIDDEN, 1))

    def forward(
        self,
        nodes: Mapping[str, torch.Tensor],
        edges: Mapping[tuple[str, str, str], torch.Tensor],
    ) -> torch.Tensor:
        gathered = self.convolution(nodes, edges)["tx"]
        return self.head(torch.cat([torch.relu(gathered), nodes["tx"]], dim=1)).squeeze(1)


@dataclass(slots=True)
class GraphModel:
    """Trains and applies the network.

    Attributes:
        transactions: The graph.
        inputs: Features of all transactions, standardised. float32 [transactions, features].
        delay_s: Age at which a neighbour counts as labelled.
    """

    transactions: Transactions
    inputs: Floats
    delay_s: int
    network: RiskNetwork

    @classmethod
    def untrained(
        cls, transactions: Transactions, features: Floats, delay_s: int, rows: Ints
    ) -> "GraphModel":
        """A fresh network with a fixed seed; inputs are standardised as the training ``rows`` are spread."""
        torch.manual_seed(0)
        torch.set_num_threads(1)
        squeezed = np.sign(features) * np.log1p(np.abs(features))
        centre, scale = squeezed[rows].mean(axis=0), squeezed[rows].std(axis=0)
        inputs = (squeezed - centre) / np.where(scale > 0, scale, 1)
        return cls(transactions, inputs.astype(np.float32), delay_s, RiskNetwork())

    def fit(self, rows: Ints, labels: np.ndarray, epochs: int) -> None:
        """Train on some transactions.

        Args:
            rows: Transaction numbers. int64 [training].
            labels: Whether each is fraud as far as was known. bool [training].
            epochs: Passes over them.
        """
        stream = np.random.default_rng(0)
        target = labels.astype(np.float32)
        size = min(max(len(rows) // _STEPS_PER_EPOCH, _SMALLEST_BATCH), _BATCH)
        batches = -(-len(rows) // size)
        self.network(*self._batch(rows[:2]))  # gives the lazy layers their shapes
        optimiser = torch.optim.AdamW(self.network.parameters(), lr=6e-3, weight_decay=1e-4)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=6e-3, total_steps=epochs * batches)
        loss_of = nn.BCEWithLogitsLoss()
        self.network.train()
        for _ in range(epochs):
            shuffled = stream.permutation(len(rows))
            for part in np.array_split(shuffled, batches):
                optimiser.zero_grad()
                loss = loss_of(self.network(*self._batch(rows[part])), torch.from_numpy(target[part]))
                loss.backward()
                optimiser.step()
                schedule.step()

    def predict(self, rows: Ints) -> Floats:
        """Logit of each transaction. float64 [rows]."""
        self.network.eval()
        with torch.no_grad():
            parts = [
                self.network(*self._batch(rows[at : at + 4 * _BATCH])).numpy()
                for at in range(0, len(rows), 4 * _BATCH)
            ]
        return np.concatenate(parts).astype(np.float64) if parts else np.zeros(0)

    def _batch(self, rows: Ints) -> tuple[dict[str, torch.Tensor], dict[tuple[str, str, str], torch.Tensor]]:
        t = self.transactions
        nodes = {"tx": torch.from_numpy(self.inputs[rows])}
        edges: dict[tuple[str, str, str], torch.Tensor] = {}
        for name, index, entity in (("card", t.by_card, t.card), ("merchant", t.by_merchant, t.merchant)):
            for kind, age in (("past", 0), ("known", self.delay_s)):
                found = index.latest(entity[rows], t.at_s[rows] - age, NEIGHBOURS)
                target, place = np.nonzero(found >= 0)
                source = found[target, place]
                relation = f"{kind}_{name}"
                nodes[relation] = torch.from_numpy(
                    self._edge_features(rows[target], source, with_label=age > 0)
                )
                edges[relation, "to", "tx"] = torch.from_numpy(np.stack([np.arange(len(source)), target]))
        return nodes, edges

    def _edge_features(self, target: Ints, source: Ints, *, with_label: bool) -> np.ndarray:
        """A neighbour as its transaction sees it. float32 [edges, 6]."""
        t = self.transactions
        gap = t.at_s[target] - t.at_s[source]
        known = (
            t.fraud[source] & (t.revealed_s[source] <= t.at_s[target])
            if with_label
            else np.zeros(len(source))
        )
        columns = (
            t.amount[source],
            t.amount[target] - t.amount[source],
            np.log1p(gap) / 10,
            ~t.approved[source],
            t.card[source] == t.card[target],
            known,
        )
        return np.stack([np.asarray(column, dtype=np.float32) for column in columns], axis=1)
