"""One module a step; steps that were released are never changed."""
