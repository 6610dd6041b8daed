"""Building a knowledge graph from text: recognise, relate, link, score (book, Chapter 16)."""
