"""`hamlet bench`: what a message costs, beside the least that it can cost, in the same run."""
