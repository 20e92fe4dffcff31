"""What the tests put in the place of the world: servers, processes, small models."""
