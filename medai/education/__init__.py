"""Teaching medicine: questions from the graph, item response, spaced review, grading, exams."""
