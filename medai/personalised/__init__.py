"""Project 2, a personalised plan: genes, medicines, measurements and complaints of one patient.

Pharmacogenomics stands in :mod:`medai.personalised.pgx`, drug names in
:mod:`medai.personalised.drugs`, interactions in :mod:`medai.personalised.interactions`, risk
scores in :mod:`medai.personalised.risk`, variants in :mod:`medai.personalised.variants`,
treatment effects in :mod:`medai.personalised.treatment` and side effects in
:mod:`medai.personalised.signals`.  For teaching; not medical advice.
"""
