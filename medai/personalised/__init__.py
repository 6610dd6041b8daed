"""Project 2, a personalised plan: genes, medicines, measurements and complaints of one patient.

Pharmacogenomics stands in :mod:`medai.personalised.pgx`, drug names in
:mod:`medai.personalised.drugs`, interactions in :mod:`medai.personalised.interactions`, risk
scores in :mod:`medai.personalised.risk`, variants in :mod:`medai.personalised.variants`,
diagnosis from a record in :mod:`medai.personalised.records`, treatment effects in
:mod:`medai.personalised.treatment`, side effects in :mod:`medai.personalised.signals`.
:mod:`medai.personalised.plan` joins them.  For teaching; not medical advice.
"""
