"""Figures, diagrams, networks and quizzes that the chapters share."""

from medai.plots.diagram import diagram
from medai.plots.graphview import GraphView, Line, graph_view
from medai.plots.quiz import quiz
from medai.plots.style import COLOURS, style

__all__ = ["COLOURS", "GraphView", "Line", "diagram", "graph_view", "quiz", "style"]
