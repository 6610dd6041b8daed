"""Beyond one patient and one machine: batches, resources, scaling laws."""
