"""Federated averaging: patients stay where they are, weights travel (McMahan et al. 2017).

By hand in a few lines, and by Flower: its strategy ``FedAvg`` and its ``ClientApp`` exchange the
messages they would send over a network, only that here one process carries them.  Nothing leaves
the machine.  Averaging protects nobody by itself: see
:mod:`~medai.trust.privacy.membership`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from medai.runtime.errors import MedaiError

Weights = list[np.ndarray]
Train = Callable[[Weights, int, int], Weights]  # (weights, number of the client, round) -> weights


def average(weights: Sequence[Weights], sizes: Sequence[int]) -> Weights:
    """Return the mean of the clients' weights, each counted by its patients (Equation 33.6).

    Parameters
    ----------
    weights : sequence of list of numpy.ndarray
        One list a client, all of the same shapes.
    sizes : sequence of int
        Patients of each client, at least 1.

    Raises
    ------
    MedaiError
        Without clients, when the numbers or shapes do not agree, or a client has no patients.

    Examples
    --------
    >>> average([[np.array([1.0])], [np.array([4.0])]], [200, 100])
    [array([2.])]
    """
    if not len(weights) or len(weights) != len(sizes) or min(sizes) < 1:
        raise MedaiError(
            f"{len(weights)} lists of weights, sizes {list(sizes)}: one size a client, at least 1."
        )
    if len({tuple(np.shape(part) for part in one) for one in weights}) > 1:
        raise MedaiError("the clients' weights have different shapes: give all the same model.")
    total = sum(sizes)
    return [
        sum(part * (n / total) for part, n in zip(parts, sizes, strict=True))
        for parts in zip(*weights, strict=True)
    ]


def federate(start: Weights, sizes: Sequence[int], train: Train, rounds: int) -> Weights:
    """Run federated averaging by hand.

    Parameters
    ----------
    start : list of numpy.ndarray
        The first weights.
    sizes : sequence of int
        Patients of each client.
    train : callable
        ``train(weights, client, round)`` trains on that client's patients and returns weights;
        rounds count from 1.
    rounds : int
        At least 1.

    Raises
    ------
    MedaiError
        As :func:`average`, or for fewer than one round.
    """
    _check_rounds(rounds)
    now = start
    for turn in range(1, rounds + 1):
        now = average([train(now, client, turn) for client in range(len(sizes))], sizes)
    return now


def federate_flower(start: Weights, sizes: Sequence[int], train: Train, rounds: int) -> Weights:
    """Run the same with Flower's ``FedAvg`` and ``ClientApp``, in this process.

    Flower's own simulation wants a release of Ray that the book does not install; its
    strategies only ask for a *grid* that carries messages, so ours hands each message to the
    client and the reply back.  Telemetry is switched off before Flower is imported.

    Parameters
    ----------
    start, sizes, train, rounds
        As :func:`federate`; Flower wants at least two clients.

    Raises
    ------
    MedaiError
        For fewer than two clients or one round, a client without patients, or a client that
        fails: Flower by itself would go on without it.
    """
    _check_rounds(rounds)
    if len(sizes) < 2 or min(sizes) < 1:
        raise MedaiError(f"sizes={list(sizes)}: at least two clients with patients are wanted.")
    os.environ["FLWR_TELEMETRY_ENABLED"] = "0"
    import logging

    from flwr.app import ArrayRecord, Message, MetricRecord, RecordDict
    from flwr.clientapp import ClientApp
    from flwr.serverapp.strategy import FedAvg

    app = ClientApp()

    @app.train()
    def _(message: Any, context: Any) -> Any:
        client = int(context.node_config["partition-id"])
        weights = message.content["arrays"].to_numpy_ndarrays()
        turn = int(message.content["config"]["server-round"])
        new = ArrayRecord(train(weights, client, turn))
        counts = MetricRecord({"num-examples": int(sizes[client])})
        return Message(RecordDict({"arrays": new, "metrics": counts}), reply_to=message)

    log = logging.getLogger("flwr")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        strategy = FedAvg(fraction_evaluate=0.0, min_train_nodes=len(sizes))
        result = strategy.start(_grid(app, len(sizes)), ArrayRecord(start), num_rounds=rounds)
    finally:
        log.setLevel(before)
    return result.arrays.to_numpy_ndarrays()


def _grid(app: Any, clients: int) -> Any:
    """Return a Flower grid whose nodes live in this process."""
    from flwr.app import Context, Message, RecordDict
    from flwr.serverapp import Grid

    class InProcess(Grid):
        """Hands each message to the client and the reply back."""

        def __init__(self) -> None:
            self.contexts = {
                node: Context(
                    run_id=0,
                    node_id=node,
                    node_config={"partition-id": node - 1},
                    state=RecordDict(),
                    run_config={},
                )
                for node in range(1, clients + 1)
            }

        def set_run(self, run: Any) -> None:
            pass

        @property
        def run(self) -> Any:
            raise MedaiError("an in-process grid belongs to no run of a server.")

        def create_message(
            self, content: Any, message_type: str, dst_node_id: int, group_id: str, ttl: Any = None
        ) -> Any:
            return Message(content, dst_node_id, message_type, ttl=ttl, group_id=group_id)

        def get_node_ids(self) -> list[int]:
            return list(self.contexts)

        def push_messages(self, messages: Any) -> Any:
            raise MedaiError("an in-process grid answers at once: use send_and_receive.")

        def pull_messages(self, message_ids: Any) -> Any:
            raise MedaiError("an in-process grid answers at once: use send_and_receive.")

        def send_and_receive(self, messages: Any, *, timeout: Any = None) -> list[Any]:
            return [app(one, self.contexts[one.metadata.dst_node_id]) for one in messages]

    return InProcess()


def descend(
    w: np.ndarray, x: np.ndarray, y: np.ndarray, steps: int, rate: float = 0.5, ridge: float = 0.01
) -> np.ndarray:
    """Return the weights of a logistic regression after some steps of plain gradient descent.

    What a hospital does with its own patients between two averages; no randomness.

    Parameters
    ----------
    w : numpy.ndarray
        Weights, the intercept last, shape (features + 1,); not changed.
    x, y : numpy.ndarray
        Shape (n, features), (n,).
    steps, rate, ridge
        Steps; step width; weight of the squared length (not of the intercept).
    """
    from medai.trust.privacy.training import logistic_gradients

    pull = np.r_[np.full(len(w) - 1, ridge), 0.0]
    for _ in range(steps):
        w = w - rate * (logistic_gradients(w, x, y).mean(0) + pull * w)
    return w


def _check_rounds(rounds: int) -> None:
    if rounds < 1:
        raise MedaiError(f"rounds={rounds}: at least one round is wanted.")
