"""What of an assessment an instruction in the text must not change."""


def core(answer):
    """Return the findings, probabilities, scores and flags of an assessment."""
    probabilities = [(one.id, one.probability) for one in answer.common]
    rare = [(one.id, one.score) for one in answer.rare]
    flags = [one.flag for one in answer.red_flags]
    found = [(one["hpo_id"], one["status"]) for one in answer.findings]
    return found, probabilities, rare, flags
