"""What calls of libraries mean: their stated effects, conditions, result types, sequences, output."""
