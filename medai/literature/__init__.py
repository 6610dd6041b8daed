"""Papers: fetch them, summarise them, and look for what no single paper says.

A PubMed client, extractive and checked summaries, entities, relations and literature-based
discovery, each claim with its sentence.  For teaching; not medical advice.
"""
