"""Metrics: text (perplexity and its kin) and ranking."""

from medai.metrics.ranking import (
    cluster_bootstrap,
    mean_reciprocal_rank,
    pessimistic_rank,
    top_k_accuracy,
)
from medai.metrics.text import (
    bits_per_character,
    cross_entropy,
    perplexity,
    perplexity_from_logits,
    perplexity_interval,
)

__all__ = [
    "bits_per_character",
    "cluster_bootstrap",
    "cross_entropy",
    "mean_reciprocal_rank",
    "perplexity",
    "perplexity_from_logits",
    "perplexity_interval",
    "pessimistic_rank",
    "top_k_accuracy",
]
