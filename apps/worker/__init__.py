"""The worker: runs background jobs, one at a time, and puts in what is due."""
