"""Pages of the documentation that are made from the project itself, and the check that none is stale."""
