"""The medical knowledge graph: build it, look things up, rank diseases, explain the ranking."""

from medai.knowledge.explain import Contribution, Explanation
from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.linking import Finding, Findings, link
from medai.knowledge.load import load_graph
from medai.knowledge.rank import RankedDisease, Ranking, rank
from medai.knowledge.records import Annotation, Disease, Synonym, Term

__all__ = [
    "Annotation",
    "Contribution",
    "Disease",
    "Explanation",
    "Finding",
    "Findings",
    "KnowledgeGraph",
    "RankedDisease",
    "Ranking",
    "Synonym",
    "Term",
    "link",
    "load_graph",
    "rank",
]
