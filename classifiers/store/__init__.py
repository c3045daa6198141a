"""The Django side of the classifiers: which model versions exist, which one serves, and holding it in memory."""
