"""Side effects: signals in spontaneous reports, links between drugs, and alerts that are read.

:mod:`~medai.personalised.signals.disproportionality` counts reports of one drug and one event
(reporting odds ratio, proportional reporting ratio, information component, Mantel–Haenszel),
:mod:`~medai.personalised.signals.screening` all pairs at once, with empirical Bayes shrinkage,
copies and masking, :mod:`~medai.personalised.signals.twodrugs` two drugs together,
:mod:`~medai.personalised.signals.linkprediction` which pairs of drugs are linked, and
:mod:`~medai.personalised.signals.alerts` what an alert rule does on a ward.
For teaching; not medical advice.
"""
