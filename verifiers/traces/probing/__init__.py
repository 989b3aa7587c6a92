"""A trace run again on other numbers than its question's, to see what its answer depends on."""
