"""One training loop for PyTorch models that can be killed at any moment and gone on with.

A checkpoint is one safetensors file (no pickle), written beside the old one and renamed: the
weights that train, AdamW's two moments, the state of the random numbers, the losses so far and
what the training is.  Learning rate and order of the data are functions of seed and step, so
the number of steps done is all that they need.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medai.runtime import MedaiError

if TYPE_CHECKING:
    import torch

NAME, FORMAT = "checkpoint.safetensors", 1


@dataclass
class Store:
    """The checkpoint of one training in one folder.

    Parameters
    ----------
    folder : Path
        Made if needed.
    fingerprint : dict of str
        What the training is: data, settings, base weights.
    seconds : float
        A checkpoint is written when this many seconds have passed since the last, and at the end.
    """

    folder: Path
    fingerprint: dict[str, str]
    seconds: float = 30.0
    written: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.folder = Path(self.folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MedaiError(f"checkpoint={self.folder}: cannot make it ({error})") from None
        self.path = self.folder / NAME
        for part in self.folder.glob(f"{NAME}.*.part"):  # what a killed process left
            part.unlink(missing_ok=True)

    def due(self) -> bool:
        """Say whether it is time to write."""
        return time.monotonic() - self.written >= self.seconds

    def write(self, tensors: dict[str, torch.Tensor], notes: dict[str, Any]) -> None:
        """Replace the checkpoint in one step: a reader sees the old one or the new one."""
        from safetensors.torch import save_file

        meta = {"format": FORMAT, "fingerprint": self.fingerprint, "notes": notes}
        part = self.path.with_name(f"{NAME}.{os.getpid()}.part")
        save_file(tensors, part, metadata={"medai": json.dumps(meta)})
        os.replace(part, self.path)
        self.written = time.monotonic()

    def read(self) -> tuple[dict[str, torch.Tensor], dict[str, Any]] | None:
        """Return tensors and notes; None when there is no checkpoint.

        Raises
        ------
        MedaiError
            When the file is damaged or belongs to another training.
        """
        from safetensors import SafetensorError, safe_open

        if not self.path.exists():
            return None
        try:
            with safe_open(self.path, framework="pt") as file:
                meta = json.loads(file.metadata()["medai"])
                there = meta["fingerprint"]
                if meta["format"] != FORMAT:
                    there = {**there, "format": str(meta["format"])}
                self._compare(there)
                names = list(file.keys())
                return {key: file.get_tensor(key).clone() for key in names}, meta["notes"]
        except MedaiError:
            raise
        except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
            raise MedaiError(
                f"The checkpoint {self.path} is damaged ({type(error).__name__}: {error}). "
                "Delete it to start afresh."
            ) from None

    def _compare(self, there: dict[str, str]) -> None:
        here = self.fingerprint
        differ = [k for k in {**there, **here} if there.get(k) != here.get(k)]
        if differ:
            listed = "; ".join(f"{k} was {there.get(k)}, is now {here.get(k)}" for k in differ)
            raise MedaiError(
                f"The checkpoint in {self.folder} belongs to another training: {listed}. "
                "Use another folder, or delete this one to start afresh."
            )


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Run a block on PyTorch's random numbers from `seed`, then put the caller's back."""
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


def warmup_decay(step: int, steps: int, warmup: float) -> float:
    """Return the share of the learning rate at `step` (from 0): a ramp up, then down to 0."""
    ramp = max(1, round(warmup * steps))
    return (step + 1) / ramp if step < ramp else (steps - step) / max(1, steps - ramp)


def run(
    parameters: dict[str, torch.nn.Parameter],
    groups: list[dict[str, Any]],
    loss_of: Callable[[int], torch.Tensor],
    steps: int,
    *,
    warmup: float = 0.1,
    clip: float = 1.0,
    store: Store | None = None,
    after: Callable[[int, dict[str, Any]], None] | None = None,
    progress: bool = True,
    label: str = "fine-tuning",
) -> tuple[list[float], dict[str, Any]]:
    """Take `steps` steps of AdamW with warm-up and linear decay, from the checkpoint if any.

    Parameters
    ----------
    parameters : dict of torch.nn.Parameter
        What trains, by name; changed in place.
    groups : list of dict
        AdamW's parameter groups with their ``lr`` and ``weight_decay``.
    loss_of : callable
        Step number to loss; it must be a function of the step and of PyTorch's random state.
    steps : int
        In all, those before an interruption included.
    warmup : float
        Share of the steps on which the learning rate rises.
    clip : float
        Largest norm of the gradient.
    store : Store, optional
        Where to keep the state.
    after : callable, optional
        Called with step number and notes (a dict kept in the checkpoint) after each step.
    progress : bool
        Whether to show a bar, which leaves nothing behind.

    Returns
    -------
    losses : list of float
        One per step.
    notes : dict
        What `after` has kept.

    Raises
    ------
    MedaiError
        When the loss is no longer a finite number, or the checkpoint does not fit.
    """
    import torch
    from tqdm import tqdm

    rates = [group["lr"] for group in groups]
    optimizer = torch.optim.AdamW(groups, fused=True)
    losses, notes, start = [], {}, 0
    if store is not None and (found := store.read()) is not None:
        start, losses, notes = _restore(found, parameters, optimizer)
    bar = tqdm(total=steps, initial=start, desc=label, leave=False, disable=not progress)
    with bar:
        for step in range(start, steps):
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * warmup_decay(step, steps, warmup)
            loss = loss_of(step)
            value = float(loss.detach())
            if not torch.isfinite(loss.detach()):
                raise MedaiError(
                    f"the loss is {value} at step {step + 1} of {steps}; lower learning_rate"
                )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters.values(), clip)
            optimizer.step()
            losses.append(value)
            if after is not None:
                after(step, notes)
            if store is not None and (store.due() or step + 1 == steps):
                store.write(*_state(parameters, optimizer, losses, notes))
            bar.update()
    return losses, notes


def _state(parameters, optimizer, losses, notes):
    import torch

    tensors = {"rng": torch.get_rng_state(), "losses": torch.tensor(losses, dtype=torch.float64)}
    if torch.cuda.is_available():
        tensors["rng.cuda"] = torch.cuda.get_rng_state()
    for name, p in parameters.items():
        tensors[f"weight.{name}"] = p.detach().clone()
        for key, value in optimizer.state.get(p, {}).items():
            tensors[f"adam.{key}.{name}"] = value.detach().clone()
    return tensors, {**notes, "step": len(losses)}


def _restore(found, parameters, optimizer):
    import torch

    tensors, notes = found
    for name, p in parameters.items():
        weight = tensors.get(f"weight.{name}")
        if weight is None or weight.shape != p.shape:
            raise MedaiError(
                f"the checkpoint holds no weight {name} of shape {tuple(p.shape)}; it is of "
                "another model. Delete the folder to start afresh."
            )
        with torch.no_grad():
            p.copy_(weight)
        keys = [k for k in ("step", "exp_avg", "exp_avg_sq") if f"adam.{k}.{name}" in tensors]
        if keys:
            optimizer.state[p] = {k: tensors[f"adam.{k}.{name}"].to(p.device) for k in keys}
    torch.set_rng_state(tensors["rng"])
    if "rng.cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["rng.cuda"])
    notes = dict(notes)
    return notes.pop("step"), tensors["losses"].tolist(), notes
