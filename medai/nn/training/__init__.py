"""Train honestly: splits, checks, fit and resume, schedules, averaging, tuning."""
