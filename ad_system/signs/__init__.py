"""Signs of life: what the health pages, the metrics, `doctor` and the admin's banner say, from one set of findings."""
