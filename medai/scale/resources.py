"""What a network costs before it is built: parameters, memory, arithmetic (book, Chapter 38).

Counts are exact where a formula can be (parameters, multiplications of matrices, key-value cache);
memory of training is the sum of what must be held, and an allocator takes more.

Sources: Vaswani et al. 2017, Radford et al. 2019, Devlin et al. 2019 (the blocks); Rajbhandari et
al. 2020, ZeRO (what data-parallel workers may share out).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from medai.runtime import MedaiError

# Bytes a weight.  int4: 32 weights share one scale of 16 bits.
BYTES = {"fp32": 4.0, "bf16": 2.0, "fp16": 2.0, "int8": 1.0, "int4": 0.5 + 2 / 32}
STATES = {"sgd": 0, "momentum": 1, "adam": 2}  # numbers kept for each weight


@dataclass(frozen=True)
class Cost:
    """What one layer costs for one input.

    Attributes
    ----------
    parameters : int
        Weights and biases.
    flops : int
        Multiplications and additions of a forward pass; biases and activations not counted.
    outputs : int
        Numbers that come out, which training keeps for the way back.
    """

    parameters: int
    flops: int
    outputs: int

    def __add__(self, other: Cost) -> Cost:
        return Cost(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def dense(n_in: int, n_out: int, bias: bool = True) -> Cost:
    """Return the cost of a dense layer (equation ``eq-38-dense``).

    Examples
    --------
    >>> dense(128, 10)
    Cost(parameters=1290, flops=2560, outputs=10)
    """
    _whole(n_in=n_in, n_out=n_out)
    return Cost(n_in * n_out + bias * n_out, 2 * n_in * n_out, n_out)


def conv(size: int, c_in: int, c_out: int, height: int, width: int, bias: bool = True) -> Cost:
    """Return the cost of a square convolution whose result is `height` × `width`."""
    _whole(size=size, c_in=c_in, c_out=c_out, height=height, width=width)
    weights, places = size * size * c_in * c_out, height * width
    return Cost(weights + bias * c_out, 2 * weights * places, c_out * places)


def embedding(vocabulary: int, width: int) -> Cost:
    """Return the cost of looking up one token: a row is read, nothing is multiplied."""
    _whole(vocabulary=vocabulary, width=width)
    return Cost(vocabulary * width, 0, width)


@dataclass(frozen=True)
class Transformer:
    """The sizes of a Transformer.

    Attributes
    ----------
    vocabulary, width, depth, heads : int
        V; D, numbers per position; blocks; heads a block.
    context : int
        Learned position vectors; 0 when positions are computed (rotary).
    hidden : int, optional
        Width of the network inside a block; 4 · width if None.
    kv_heads : int, optional
        Heads of keys and values; `heads` if None, fewer when they are shared.
    gated : bool
        Whether that network has a third matrix, as in Llama.
    bias : bool
        Whether matrices have biases.
    norm_bias : bool
        Whether norms shift as well as scale.
    tied : bool
        Whether the table that reads tokens also writes them.
    final_norm, embedding_norm, pooler : bool
        A norm after the blocks, one before them (BERT), a dense layer on the first position (BERT).
    segments : int
        Rows of a table of segments (BERT has 2).
    """

    vocabulary: int
    width: int
    depth: int
    heads: int
    context: int = 0
    hidden: int | None = None
    kv_heads: int | None = None
    gated: bool = False
    bias: bool = True
    norm_bias: bool = True
    tied: bool = True
    final_norm: bool = True
    embedding_norm: bool = False
    pooler: bool = False
    segments: int = 0

    def __post_init__(self) -> None:
        _whole(vocabulary=self.vocabulary, width=self.width, depth=self.depth, heads=self.heads,
               hidden=self.inner, kv_heads=self.kv)  # fmt: skip
        for name in ("context", "segments"):
            if getattr(self, name) != 0:
                _whole(**{name: getattr(self, name)})
        if self.width % self.heads:
            raise MedaiError(
                f"width={self.width} cannot be shared by {self.heads} heads: give a divisor."
            )
        if self.heads % self.kv:
            raise MedaiError(
                f"{self.heads} heads cannot share {self.kv} heads of keys and values: give a "
                "divisor."
            )

    @property
    def inner(self) -> int:
        """Width of the network inside a block."""
        return 4 * self.width if self.hidden is None else self.hidden

    @property
    def kv(self) -> int:
        """Heads of keys and values."""
        return self.heads if self.kv_heads is None else self.kv_heads

    @property
    def kv_width(self) -> int:
        """Numbers of the keys, and of the values, of one position."""
        return self.kv * (self.width // self.heads)


def block_parameters(config: Transformer) -> dict[str, int]:
    """Return the parameters of one block by part (equation ``eq-38-block``)."""
    d, h, kv, b = config.width, config.inner, config.kv_width, int(config.bias)
    norm = d * (1 + int(config.norm_bias))
    return {
        "attention": 2 * d * d + 2 * d * kv + b * (2 * d + 2 * kv),
        "feed-forward": (2 + config.gated) * d * h + b * ((1 + config.gated) * h + d),
        "norms": 2 * norm,
    }


def parameters(config: Transformer) -> dict[str, int]:
    """Return the parameters of a Transformer by part; ``total`` is their sum."""
    d, norm = config.width, config.width * (1 + int(config.norm_bias))
    found = {
        "tokens": config.vocabulary * d,
        "positions": config.context * d,
        "segments": config.segments * d,
    }
    for name, number in block_parameters(config).items():
        found[name] = config.depth * number
    found["norms"] += norm * (config.final_norm + config.embedding_norm)
    found["pooler"] = config.pooler * (d * d + d)
    found["output"] = 0 if config.tied else config.vocabulary * d
    return {**found, "total": sum(found.values())}


def forward_flops(config: Transformer, length: int, batch: int = 1, output: bool = True) -> int:
    """Count multiplications and additions of a forward pass (equation ``eq-38-flops``).

    Only matrix products, as profilers count.  Training takes about three times as much: the way
    back has two products for each one forward.

    Parameters
    ----------
    config : Transformer
        Sizes.
    length, batch : int
        Positions of a text, texts.
    output : bool
        Whether logits of every position are computed.
    """
    _whole(length=length, batch=batch)
    if config.context and length > config.context:
        raise MedaiError(f"length={length}: the model has positions for {config.context} tokens.")
    d = config.width
    weights = 2 * d * d + 2 * d * config.kv_width + (2 + config.gated) * d * config.inner
    each = config.depth * (2 * weights + 4 * length * d)  # for each position
    each += 2 * d * config.vocabulary * output
    return batch * (length * each + 2 * d * d * config.pooler)


def kv_cache(config: Transformer, length: int, batch: int = 1, precision: str = "bf16") -> int:
    """Return the bytes of keys and values that generating keeps (equation ``eq-38-cache``)."""
    _whole(length=length, batch=batch)
    return int(2 * config.depth * batch * length * config.kv_width * _bytes(precision))


def inference_memory(n_parameters: int, precision: str = "bf16") -> int:
    """Return the bytes that the weights take."""
    _whole(n_parameters=n_parameters)
    return round(n_parameters * _bytes(precision))


def training_memory(
    n_parameters: int,
    precision: str = "fp32",
    optimiser: str = "adam",
    *,
    workers: int = 1,
    stage: int = 0,
) -> dict[str, int]:
    """Return bytes of weights, gradients and optimiser on one worker (equation ``eq-38-training``).

    Activations come on top.  In ``bf16`` and ``fp16`` the optimiser keeps a 32-bit copy of the
    weights, so that Adam holds 2 + 2 + 12 bytes a weight (ZeRO's mixed precision).

    Parameters
    ----------
    n_parameters : int
        Weights.
    precision : {"fp32", "bf16", "fp16"}
        Of weights and gradients.
    optimiser : {"sgd", "momentum", "adam"}
        It keeps 0, 1 or 2 numbers for each weight, of 32 bits.
    workers : int
        Data-parallel workers.
    stage : {0, 1, 2, 3}
        What is shared out among them instead of copied: nothing; the optimiser; gradients too;
        weights too.
    """
    _whole(n_parameters=n_parameters, workers=workers)
    if precision not in ("fp32", "bf16", "fp16"):
        raise MedaiError(
            f"precision={precision!r}: training needs gradients, so choose fp32, bf16 or fp16; "
            "weights of int8 or int4 are for inference, or frozen beneath LoRA."
        )
    if optimiser not in STATES:
        raise MedaiError(f"optimiser={optimiser!r}: choose one of {', '.join(STATES)}.")
    if stage not in (0, 1, 2, 3) or isinstance(stage, bool):
        raise MedaiError(f"stage={stage!r}: choose 0, 1, 2 or 3.")
    size = _bytes(precision)
    state = 4 * (STATES[optimiser] + (size < 4))
    share = {
        "weights": size / (workers if stage >= 3 else 1),
        "gradients": size / (workers if stage >= 2 else 1),
        "optimiser": state / (workers if stage >= 1 else 1),
    }
    found = {name: round(n_parameters * value) for name, value in share.items()}
    return {**found, "total": sum(found.values())}


def _bytes(precision: str) -> float:
    if precision not in BYTES:
        raise MedaiError(f"precision={precision!r}: choose one of {', '.join(BYTES)}.")
    return BYTES[precision]


def _whole(**values: int) -> None:
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise MedaiError(f"{name}={value!r}: give a whole number of at least 1.")
