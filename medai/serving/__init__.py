"""A decision-support web service: CDS Hooks, feedback, and a page to try it.

``medai serve`` starts it.  For teaching; not medical advice and not a medical device.
"""
