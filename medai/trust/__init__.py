"""What makes a model trustworthy, or shows that it is not."""
