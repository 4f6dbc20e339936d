"""The checks that `zoo.preflight` runs, a file a subject; `zoo.training.preflight` lists them in order."""
