"""What a computation costs, counted and never timed: traces as graphs, operations, steps, memory, exact laws."""
