"""Few or doubtful labels: weak supervision, active and semi-supervised learning, annotators."""
