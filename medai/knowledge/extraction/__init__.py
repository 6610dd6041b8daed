"""Building a knowledge graph from text: recognise, relate, link, score (book, Chapter 16)."""

from medai.knowledge.extraction.clinical import read_relations
from medai.knowledge.extraction.corpus import (
    MarkedSentence,
    Sentence,
    definition_sentences,
    marked_sentences,
    split_by_term,
)
from medai.knowledge.extraction.definitions import DefinitionReader, name_baseline
from medai.knowledge.extraction.dictionary import Dictionary
from medai.knowledge.extraction.edges import Edge, Node
from medai.knowledge.extraction.ids import link_edges, link_node
from medai.knowledge.extraction.mentions import (
    KINDS,
    TAGS,
    Mention,
    to_mentions,
    to_tags,
    tokens_of,
)
from medai.knowledge.extraction.network import path_between, to_networkx, why
from medai.knowledge.extraction.perceptron import StructuredPerceptron
from medai.knowledge.extraction.recognise import Combined, SequenceRecogniser
from medai.knowledge.extraction.scoring import (
    Score,
    score_entities,
    score_is_a,
    score_part_of,
    score_relations,
)
from medai.knowledge.extraction.silver import training_sentences
from medai.knowledge.extraction.viterbi import legal_steps, viterbi

__all__ = [
    "KINDS",
    "TAGS",
    "Combined",
    "DefinitionReader",
    "Dictionary",
    "Edge",
    "MarkedSentence",
    "Mention",
    "Node",
    "Score",
    "Sentence",
    "SequenceRecogniser",
    "StructuredPerceptron",
    "definition_sentences",
    "legal_steps",
    "link_edges",
    "link_node",
    "marked_sentences",
    "name_baseline",
    "path_between",
    "read_relations",
    "score_entities",
    "score_is_a",
    "score_part_of",
    "score_relations",
    "split_by_term",
    "to_mentions",
    "to_networkx",
    "to_tags",
    "tokens_of",
    "training_sentences",
    "viterbi",
    "why",
]
