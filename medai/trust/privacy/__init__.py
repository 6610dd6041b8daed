"""Privacy: re-identification, de-identification, differential privacy, federated learning."""
