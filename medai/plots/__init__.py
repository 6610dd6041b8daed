"""Figures, diagrams and quizzes that the chapters share."""

from medai.plots.diagram import diagram
from medai.plots.quiz import quiz
from medai.plots.style import COLOURS, style

__all__ = ["COLOURS", "diagram", "quiz", "style"]
